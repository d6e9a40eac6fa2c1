import type { Limits, Sender } from './limits.ts';

/** The order in which requests are begun. */
export interface Fairness {
  /** Resolves when the request's turn has come; where nothing else was begun, at once. */
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
 */
export function createFairness(limits: Pick<Limits, 'standing' | 'intervalMs'>): Fairness {
  /** The next one first. */
  const queue: Waiting[] = [];
  const waitingOf = new Map<string | undefined, number>();
  let hasBegun = false;

  const count = (client: string | undefined, change: number): number => {
    const before = waitingOf.get(client) ?? 0;
    if (before + change === 0) waitingOf.delete(client);
    else waitingOf.set(client, before + change);
    return before;
  };

  const beginNext = (): void => {
    const next = queue.shift();
    hasBegun = next !== undefined;
    if (next === undefined) return;
    setImmediate(beginNext);
    count(next.client, -1);
    next.begin();
  };

  return {
    async turn(sender) {
      if (!hasBegun) {
        hasBegun = true;
        setImmediate(beginNext);
        return;
      }
      const { client, emptyInMs } = limits.standing(sender);
      // Those of its own that wait will have been counted by then.
      const before = count(client, 1);
      const rank = client === undefined ? 0 : emptyInMs + before * limits.intervalMs;
      const { promise, resolve } = Promise.withResolvers<void>();
      const index = queue.findLastIndex((other) => other.rank <= rank) + 1;
      queue.splice(index, 0, { client, rank, begin: resolve });
      await promise;
    },
  };
}
