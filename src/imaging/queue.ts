import type { BadgeSpec, Scale } from './spec.ts';

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
  /** After each piece of work its place stays empty for as long as that took, so that half of a core is left to others. */
  readonly restsBetween?: boolean;
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
export function createTurns({
  concurrency,
  waitingLimit,
  maxWaitMs,
  restsBetween = false,
}: TurnsOptions): Turns {
  /** The next one first. */
  const queue: Waiting[] = [];
  let running = 0;
  let resting = 0;

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

  const giveToNext = (): void => {
    const next = queue.shift();
    if (next === undefined) return;
    running += 1;
    next.begin();
  };

  const rest = (tookMs: number): void => {
    resting += 1;
    setTimeout(() => {
      resting -= 1;
      giveToNext();
    }, tookMs);
  };

  return {
    async run(rank, work) {
      if (running + resting < concurrency) running += 1;
      else await wait(rank);
      const startedAtMs = performance.now();
      try {
        return await work();
      } finally {
        running -= 1;
        if (restsBetween) rest(performance.now() - startedAtMs);
        else giveToNext();
      }
    },
    stats: () => ({ running, waiting: queue.length }),
  };
}

/**
 * What a raster picture takes to be drawn, in usual ones: 2 ms of a core, which is twenty letters at scale 1. As measured for
 * GIFs of wide letters: 12 for 256 letters at scale 1 (26 ms), 100 for the largest picture there is (200 ms).
 */
export function drawingCost({ label, message }: BadgeSpec, scale: Scale): number {
  return Math.max(1, ((label.length + message.length) * (3.5 + scale ** 2)) / 100);
}
