import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { DEADLINES } from '../deadlines.ts';
import { type Attempt, propagate, type PropagateOptions } from './propagate.ts';

const MAX_RUNNING = 64;

/** State of a propagation when its client is answered. */
export interface PropagationState {
  /** The first attempt; undefined: still under way. */
  readonly attempt: Attempt | undefined;
  /** All nodes have taken a purge. */
  readonly isPurged: boolean;
  /** The propagation continues after the answer. */
  readonly isPending: boolean;
}

/** Propagates releases for those who publish them. */
export interface Propagations {
  /** Resolves within `DEADLINES.unknownFactsMs`; up to 64 propagations continue in the background. */
  readonly start: (project: string) => Promise<PropagationState>;
  /** Stops those under way. */
  readonly close: () => Promise<void>;
}

export function createPropagations(
  options: PropagateOptions & { readonly log: Logger },
): Propagations {
  const stops = new Map<string, AbortController>();
  const running = new Set<Promise<void>>();

  const run = (project: string, stop: AbortController, attempts: AsyncGenerator<Attempt>): void => {
    // The newer propagation starts over with the short waits.
    stops.get(project)?.abort();
    stops.set(project, stop);
    const work = drain(attempts)
      .catch((error: unknown) => options.log.error({ err: error }, 'propagation failed'))
      .finally(() => {
        running.delete(work);
        if (stops.get(project) === stop) stops.delete(project);
      });
    running.add(work);
  };

  return {
    async start(project) {
      const untilMs = performance.now() + DEADLINES.unknownFactsMs;
      const stop = new AbortController();
      const attempts = propagate(options, project, stop.signal);
      const first = attempts.next();
      const hasRoom = running.size < MAX_RUNNING;
      if (hasRoom) run(project, stop, attempts);
      const attempt = (await before(untilMs, first))?.value ?? undefined;
      const nodes = attempt?.purge && (await before(untilMs, attempt.purge));
      const isUnderWay =
        attempt === undefined || (attempt.purge !== undefined && nodes === undefined);
      return {
        attempt,
        isPurged: nodes !== undefined && nodes.length > 0 && nodes.every(({ failure }) => !failure),
        isPending: hasRoom && (isUnderWay || attempt.isPending),
      };
    },
    async close() {
      for (const stop of stops.values()) stop.abort();
      await Promise.all(running);
    },
  };
}

async function drain(attempts: AsyncGenerator<Attempt>): Promise<void> {
  for await (const _ of attempts);
}

/** What the promise resolves with; undefined when it takes longer than until then. */
async function before<T>(untilMs: number, promise: Promise<T>): Promise<T | undefined> {
  const stop = new AbortController();
  const waitMs = Math.max(0, untilMs - performance.now());
  try {
    return await Promise.race([promise, sleep(waitMs, undefined, { signal: stop.signal })]);
  } finally {
    stop.abort();
  }
}
