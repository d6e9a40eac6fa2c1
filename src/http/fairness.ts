import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import type { Limits, Sender } from './limits.ts';

/** Costly requests that a client may have had at once, and be begun like any other. */
const FEW = 5;

/** The order in which requests are begun. */
export interface Fairness {
  /** Resolves when the request's turn has come; where nothing else was begun, and its client wants little, at once. */
  turn(sender: Sender): Promise<void>;
}

interface Waiting {
  readonly client: string | undefined;
  readonly rank: number;
  readonly begin: () => void;
}

/**
 * Begins one request in a turn of the event loop; of those that wait, the one of the client that has asked for least. Five hundred
 * that come at once are half a second of work: without this, whoever came next would wait for all of it. No more wait
 * than there are connections.
 *
 * Clients that want much leave a share to whoever may come: where one of them waits, its next request is begun when the loop has
 * been idle for as long as it was busy since the last one, where three wait, for a third of that; or when the limit would
 * let it pass in any case.
 */
export function createFairness(
  limits: Pick<Limits, 'standing' | 'intervalMs'>,
  utilization: (since?: EventLoopUtilization) => EventLoopUtilization = (since) =>
    performance.eventLoopUtilization(since),
): Fairness {
  /** The next one first. */
  const queue: Waiting[] = [];
  const waitingOf = new Map<string | undefined, number>();
  let hasBegun = false;
  let resting: NodeJS.Timeout | undefined;
  /** How the loop stood when a request of a client that wants much was last begun. */
  let lastBegun = utilization();

  const count = (client: string | undefined, change: number): number => {
    const before = waitingOf.get(client) ?? 0;
    if (before + change === 0) waitingOf.delete(client);
    else waitingOf.set(client, before + change);
    return before;
  };

  const restMs = (): number => {
    const { active, idle } = utilization(lastBegun);
    return Math.min(active / waitingOf.size - idle, limits.intervalMs - active - idle);
  };

  const beginNext = (): void => {
    clearTimeout(resting);
    hasBegun = false;
    const [next] = queue;
    if (next === undefined) return;
    if (next.rank > FEW * limits.intervalMs) {
      const waitMs = restMs();
      if (waitMs > 0) {
        resting = setTimeout(beginNext, waitMs);
        return;
      }
      lastBegun = utilization();
    }
    hasBegun = true;
    queue.shift();
    setImmediate(beginNext);
    count(next.client, -1);
    next.begin();
  };

  return {
    turn(sender) {
      const { client, emptyInMs } = limits.standing(sender);
      // Those of its own that wait will have been counted by then.
      const before = count(client, 1);
      const rank = client === undefined ? 0 : emptyInMs + before * limits.intervalMs;
      const { promise, resolve } = Promise.withResolvers<void>();
      const index = queue.findLastIndex((other) => other.rank <= rank) + 1;
      queue.splice(index, 0, { client, rank, begin: resolve });
      if (!hasBegun) beginNext();
      return promise;
    },
  };
}
