import type { Store } from '../../../cache/store/contract.ts';
import { createCounter } from '../../../cache/counter.ts';
import { BadgeError, toBadgeError } from '../../errors.ts';
import type { Propagations } from '../../edge/propagations.ts';
import { normalizeName } from '../../facts/names.ts';
import { KEYS } from '../../keys.ts';
import { CONTENT_TYPES, headersOfPage } from '../headers.ts';
import type { BadgeContext } from '../state.ts';
import { sendResponse } from '../write.ts';

/** A project is refreshed at most once in this time, for all clients and processes together. */
const INTERVAL_MS = 10_000;

/** Answers `POST /refresh/<project>`, always with JSON; never rejects. */
export type Refresh = (ctx: BadgeContext, name: string) => Promise<void>;

/**
 * For use after an upload: fetches a project from PyPI and purges its badges. It needs no key: it only fetches what
 * PyPI serves. Too frequent requests get 429.
 */
export function createRefresh(options: {
  readonly propagations: Pick<Propagations, 'start'>;
  readonly store: Pick<Store, 'increment'>;
}): Refresh {
  const { propagations, store } = options;
  const count = createCounter(store, () => performance.now());

  const checkLimits = async (ctx: BadgeContext, project: string): Promise<void> => {
    ctx.state.charge();
    if ((await count(KEYS.refreshOf(project), INTERVAL_MS)) === 1) return;
    throw new BadgeError('limited', 'refreshed a moment ago', {
      retryAfterSeconds: INTERVAL_MS / 1000,
    });
  };

  const refresh = async (ctx: BadgeContext, name: string): Promise<void> => {
    if (ctx.method !== 'POST') {
      ctx.set('Allow', 'POST');
      throw new BadgeError('method-not-allowed', `${ctx.method} is not served`);
    }
    const project = normalizeName(name);
    if (project === undefined) throw new BadgeError('invalid-name', 'not the name of a project');
    ctx.state.project = project;
    await checkLimits(ctx, project);
    const { attempt, isPurged, isPending } = await propagations.start(project);
    if (attempt?.state === 'known') {
      const { version, serial = null, hasChanged } = attempt;
      const found = { project, version, serial, changed: hasChanged, purged: isPurged };
      return send(ctx, { status: 200, verdict: 'ok' }, { ...found, pending: isPending });
    }
    if (attempt?.state === 'absent')
      throw new BadgeError('no-project', `${project} does not exist`);
    sendFault(ctx, new BadgeError('unavailable', 'PyPI does not answer'), { pending: isPending });
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

function sendFault(ctx: BadgeContext, error: BadgeError, more: { pending?: boolean } = {}): void {
  const { state } = ctx;
  const { status, verdict, message } = error.fault;
  if (verdict === 'error') state.error = error;
  const project = state.project ?? null;
  const { retryAfterSeconds } = error;
  send(ctx, { status, verdict, retryAfterSeconds }, { project, error: message, ...more });
}

interface Outcome {
  readonly status: number;
  readonly verdict: BadgeContext['state']['verdict'];
  readonly retryAfterSeconds?: number | undefined;
}

function send(ctx: BadgeContext, { status, ...policy }: Outcome, body: object): void {
  ctx.state.verdict = policy.verdict;
  sendResponse(ctx, {
    status,
    headers: headersOfPage(policy),
    contentType: CONTENT_TYPES.json,
    body: `${JSON.stringify(body)}\n`,
  });
}
