/** The work was not started: the queue was full of work with priority, or it waited for too long. */
export class DroppedError extends Error {
  override readonly name = 'DroppedError';
}

export interface QueueOptions {
  readonly concurrency: number;
  readonly waitingLimit: number;
  readonly maxWaitMs: number;
  /** After each piece of work, its slot rests for as long as the work took, which leaves half of a core to others. */
  readonly restsAfterWork?: boolean;
}

/** Runs a few pieces of work at a time. */
export interface Queue {
  /**
   * Runs the work in order of priority (lower first), then of arrival. If the queue is full, the last in this order is
   * dropped. Rejects as the work does, or with a `DroppedError` if the work was not started.
   */
  readonly run: <T>(priority: number, work: () => Promise<T>) => Promise<T>;
  readonly stats: () => { readonly running: number; readonly waiting: number };
}

interface Waiting {
  readonly priority: number;
  readonly begin: () => void;
  readonly drop: () => void;
}

/** Creates a queue in order of priority, so that clients that ask for much wait behind those that ask for little. */
export function createQueue({
  concurrency,
  waitingLimit,
  maxWaitMs,
  restsAfterWork = false,
}: QueueOptions): Queue {
  /** In the order in which it starts. */
  const queue: Waiting[] = [];
  let running = 0;
  let resting = 0;

  const wait = async (priority: number): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const drop = (): void => {
      queue.splice(queue.indexOf(entry), 1);
      clearTimeout(timer);
      reject(new DroppedError('other work had priority'));
    };
    const timer = setTimeout(drop, maxWaitMs);
    const begin = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const entry: Waiting = { priority, begin, drop };
    queue.splice(queue.findLastIndex((other) => other.priority <= priority) + 1, 0, entry);
    if (queue.length > waitingLimit) queue.at(-1)?.drop();
    await promise;
  };

  const startNext = (): void => {
    const next = queue.shift();
    if (next === undefined) return;
    running += 1;
    next.begin();
  };

  const rest = (tookMs: number): void => {
    resting += 1;
    setTimeout(() => {
      resting -= 1;
      startNext();
    }, tookMs);
  };

  return {
    async run(priority, work) {
      if (running + resting < concurrency) running += 1;
      else await wait(priority);
      const startedAtMs = performance.now();
      try {
        return await work();
      } finally {
        running -= 1;
        if (restsAfterWork) rest(performance.now() - startedAtMs);
        else startNext();
      }
    },
    stats: () => ({ running, waiting: queue.length }),
  };
}
