/** Too many are before it in the queue, or it has waited for too long. */
export class NoTurnError extends Error {
  override readonly name = 'NoTurnError';
}

export interface TurnsOptions {
  /** How much work is done at once. */
  readonly concurrency: number;
  /** How much more may wait. */
  readonly waitingLimit: number;
  /** For how long. */
  readonly maxWaitMs: number;
}

/** Work that is done a few pieces at a time. */
export interface Turns {
  /**
   * Does the work when its turn comes: the lowest rank first, of equal ones whoever came first. Where too many wait, the
   * last in rank gives way. Rejects as the work does, or with a `NoTurnError` where it was not begun.
   */
  readonly run: <T>(rank: number, work: () => Promise<T>) => Promise<T>;
  readonly stats: () => { readonly running: number; readonly waiting: number };
}

interface Waiting {
  readonly rank: number;
  readonly begin: () => void;
  readonly giveUp: () => void;
}

/** A queue by rank rather than by time alone, so that whoever wants much stands behind those who want little. */
export function createTurns({ concurrency, waitingLimit, maxWaitMs }: TurnsOptions): Turns {
  /** The next one first. */
  const queue: Waiting[] = [];
  let running = 0;

  const wait = async (rank: number): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = (): void => {
      queue.splice(queue.indexOf(entry), 1);
      clearTimeout(timer);
      reject(new NoTurnError('others were before it'));
    };
    const timer = setTimeout(giveUp, maxWaitMs);
    const begin = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const entry: Waiting = { rank, begin, giveUp };
    queue.splice(queue.findLastIndex((other) => other.rank <= rank) + 1, 0, entry);
    if (queue.length > waitingLimit) queue.at(-1)?.giveUp();
    await promise;
  };

  return {
    async run(rank, work) {
      if (running < concurrency) running += 1;
      else await wait(rank);
      try {
        return await work();
      } finally {
        // Its place goes to the next one.
        const next = queue.shift();
        if (next === undefined) running -= 1;
        else next.begin();
      }
    },
    stats: () => ({ running, waiting: queue.length }),
  };
}
