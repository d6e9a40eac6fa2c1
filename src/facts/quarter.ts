import type { Counter } from '../../cache/counter.ts';

const QUARTER_MS = 15_000;
/** What is kept at the start of a quarter for those who may have more than what is to spare. */
const RESERVED_SHARE = 1 / 2;

/** What may be spent in a quarter of a minute, by all processes together. */
export interface Quarter {
  /** Spends one; false where nothing was left. */
  readonly spend: () => Promise<boolean>;
  /**
   * Whether more is left than is reserved, as this process last saw it: half of all at the start, and less the nearer the
   * end, so that what nobody has claimed is not lost.
   */
  readonly hasSpare: () => boolean;
  /** How many are left, as this process last saw it. */
  readonly left: () => number;
}

export function createQuarter(options: {
  readonly count: Counter;
  /** The budget's; the counter's begins with it. */
  readonly key: string;
  readonly limit: number;
  readonly clock: () => number;
}): Quarter {
  const { count, key, limit, clock } = options;
  let used = 0;
  /** When this process saw the quarter first; another may have begun it earlier. */
  let seenAtMs = -Infinity;

  const left = (): number => (clock() < seenAtMs + QUARTER_MS ? Math.max(0, limit - used) : limit);

  return {
    async spend() {
      const counted = await count(`${key}:quarter`, QUARTER_MS);
      if (counted <= used || clock() >= seenAtMs + QUARTER_MS) seenAtMs = clock();
      used = counted;
      return counted <= limit;
    },
    hasSpare() {
      const restMs = Math.max(0, Math.min(QUARTER_MS, seenAtMs + QUARTER_MS - clock()));
      // Before the first look, it is unknown how much of the quarter has passed.
      const reservedMs = restMs === 0 ? QUARTER_MS : restMs;
      return left() > limit * RESERVED_SHARE * (reservedMs / QUARTER_MS);
    },
    left,
  };
}
