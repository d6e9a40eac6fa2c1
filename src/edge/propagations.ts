import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { DEADLINES } from '../deadlines.ts';
import { type Look, publish, type PublishOptions } from './propagate.ts';

const MAX_BEHIND = 64;

/** What can be told of a refresh by the time that its client waits. */
export interface Refreshed {
  /** The first look; undefined: it is still under way. */
  readonly look: Look | undefined;
  /** All nodes have taken a purge by now. */
  readonly isPurged: boolean;
  /** Looks or purges go on behind the answer. */
  readonly goesOn: boolean;
}

/** Refreshes projects for those who publish them. */
export interface Publisher {
  /** Resolves within `DEADLINES.unknownFactsMs`; the rest goes on behind, for at most 64 projects at once. */
  readonly refresh: (project: string) => Promise<Refreshed>;
  /** Ends what goes on. */
  readonly close: () => Promise<void>;
}

export function createPublisher(options: PublishOptions & { readonly log: Logger }): Publisher {
  const behind = new Map<string, AbortController>();
  const works = new Set<Promise<void>>();

  const goOn = (project: string, stop: AbortController, looks: AsyncGenerator<Look>): void => {
    // A newer one begins the waits anew.
    behind.get(project)?.abort();
    behind.set(project, stop);
    const work = drain(looks)
      .catch((error: unknown) => options.log.error({ err: error }, 'a refresh failed'))
      .finally(() => {
        works.delete(work);
        if (behind.get(project) === stop) behind.delete(project);
      });
    works.add(work);
  };

  return {
    async refresh(project) {
      const untilMs = performance.now() + DEADLINES.unknownFactsMs;
      const stop = new AbortController();
      const looks = publish(options, project, stop.signal);
      const first = looks.next();
      const hasRoom = works.size < MAX_BEHIND;
      if (hasRoom) goOn(project, stop, looks);
      const look = (await before(untilMs, first))?.value ?? undefined;
      const nodes = look?.purge && (await before(untilMs, look.purge));
      const isUnderWay = look === undefined || (look.purge !== undefined && nodes === undefined);
      return {
        look,
        isPurged: nodes !== undefined && nodes.length > 0 && nodes.every(({ failure }) => !failure),
        goesOn: hasRoom && (isUnderWay || look.goesOn),
      };
    },
    async close() {
      for (const stop of behind.values()) stop.abort();
      await Promise.all(works);
    },
  };
}

async function drain(looks: AsyncGenerator<Look>): Promise<void> {
  for await (const _ of looks);
}

/** What the promise resolves with, or undefined when that takes until later. */
async function before<T>(untilMs: number, promise: Promise<T>): Promise<T | undefined> {
  const stop = new AbortController();
  const waitMs = Math.max(0, untilMs - performance.now());
  try {
    return await Promise.race([promise, sleep(waitMs, undefined, { signal: stop.signal })]);
  } finally {
    stop.abort();
  }
}
