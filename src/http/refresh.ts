import type { Store } from '../../cache/store.ts';
import { BadgeError, toBadgeError } from '../errors.ts';
import type { Publisher } from '../follow/publisher.ts';
import { FACTS_FORMAT, KEY_PREFIX } from '../stores.ts';
import { normaliseName } from '../upstream/names.ts';
import { CONTENT_TYPES, headersOfPage } from './headers.ts';
import type { BadgeContext } from './state.ts';
import { writeFor } from './write.ts';

/** A project is asked for so often at the most, by all clients and processes together. */
const ONCE_IN_MS = 10_000;

/** Answers `POST /refresh/<project>`, always with JSON; never rejects. */
export type Refresh = (ctx: BadgeContext, name: string) => Promise<void>;

/**
 * For those who publish: fetches the truth from PyPI and purges what has changed. No key is needed for that, and whoever
 * asks too often gets 429.
 */
export function createRefresh(options: {
  readonly publisher: Pick<Publisher, 'refresh'>;
  readonly store: Pick<Store, 'increment'>;
}): Refresh {
  const { publisher, store } = options;

  const admit = async (ctx: BadgeContext, project: string): Promise<void> => {
    ctx.state.charge();
    const key = `${KEY_PREFIX}:${FACTS_FORMAT}:refresh:${project}`;
    const count = await store.increment(key, ONCE_IN_MS);
    if (count === undefined || count === 1) return;
    throw new BadgeError('limited', 'refreshed a moment ago', {
      retryAfterSeconds: ONCE_IN_MS / 1000,
    });
  };

  const refresh = async (ctx: BadgeContext, name: string): Promise<void> => {
    if (ctx.method !== 'POST') {
      ctx.set('Allow', 'POST');
      throw new BadgeError('method-not-allowed', `${ctx.method} is not served`);
    }
    const project = normaliseName(name);
    if (project === undefined) throw new BadgeError('invalid-name', 'not the name of a project');
    ctx.state.project = project;
    await admit(ctx, project);
    const { look, isPurged, goesOn } = await publisher.refresh(project);
    if (look?.state === 'known') {
      const { version, serial = null, hasChanged } = look;
      const found = { project, version, serial, changed: hasChanged, purged: isPurged, goesOn };
      return send(ctx, { status: 200, verdict: 'ok' }, found);
    }
    if (look?.state === 'absent') throw new BadgeError('no-project', `${project} does not exist`);
    sendFault(ctx, new BadgeError('unavailable', 'PyPI does not answer'), { goesOn });
  };

  return async (ctx, name) => {
    const { state } = ctx;
    state.kindId = 'refresh';
    state.format = 'json';
    try {
      await refresh(ctx, name);
    } catch (error) {
      sendFault(ctx, toBadgeError(error));
    }
  };
}

function sendFault(ctx: BadgeContext, error: BadgeError, more: { goesOn?: boolean } = {}): void {
  const { state } = ctx;
  const { status, verdict, message } = error.fault;
  if (verdict === 'error') state.error = error;
  const project = state.project ?? null;
  const { retryAfterSeconds } = error;
  send(ctx, { status, verdict, retryAfterSeconds }, { project, error: message, ...more });
}

interface Told {
  readonly status: number;
  readonly verdict: BadgeContext['state']['verdict'];
  readonly retryAfterSeconds?: number | undefined;
}

function send(ctx: BadgeContext, { status, ...told }: Told, body: object): void {
  ctx.state.verdict = told.verdict;
  writeFor(ctx, {
    status,
    headers: headersOfPage(told),
    contentType: CONTENT_TYPES.json,
    body: `${JSON.stringify(body)}\n`,
  });
}
