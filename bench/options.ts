/** How thoroughly is measured. */
export interface BenchOptions {
  /** Rounds of a comparison; the median of them counts. */
  readonly rounds: number;
  /** Of load on one side of a round. */
  readonly seconds: number;
  /** A minute for all of it: what takes long is left out, or done with less. */
  readonly isQuick: boolean;
}

/** Many short rounds: a shared machine is slow for a while, which the median of few long ones does not survive. */
export const THOROUGH: BenchOptions = { rounds: 11, seconds: 1, isQuick: false };
export const QUICK: BenchOptions = { rounds: 3, seconds: 1, isQuick: true };
