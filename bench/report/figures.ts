/** One line of the result: what was measured, against what, and whether the goal is met. */
export interface Figure {
  /** Names it in the results file, and for the guard against falls. */
  readonly key: string;
  readonly what: string;
  readonly measured: string;
  readonly goal: string;
  readonly met: boolean;
  /** A ratio that says the same on any machine, if it is one: the guard compares it. */
  readonly ratio?: number;
  /** Of a ratio: whether less is better. */
  readonly isCost?: boolean;
}

/** A series of points for a plot. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** What a part of the benchmark found. */
export interface Measured {
  readonly figures: readonly Figure[];
  /** By the plot's name. */
  readonly series?: Readonly<Record<string, readonly Series[]>>;
}

/** A figure that is a ratio with a goal: at least so much, or at most. */
export function ratioFigure(options: {
  key: string;
  what: string;
  ratios: readonly number[];
  atLeast?: number;
  atMost?: number;
}): Figure {
  const { key, what, ratios, atLeast, atMost } = options;
  const ratio = median(ratios);
  const isCost = atMost !== undefined;
  return {
    key,
    what,
    measured: withSpread(ratios),
    goal: isCost ? `≤ ${atMost}` : `≥ ${atLeast}`,
    met: isCost ? ratio <= atMost : ratio >= (atLeast ?? Infinity),
    ratio,
    isCost,
  };
}

/** The middle of the values; of an even number, the upper one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** `0.87 (0.85–0.89)`: the median, and from the least to the most. */
export function withSpread(values: readonly number[], digits = 2): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
}

/** Runs the two sides in turn, as often as asked, and gives the ratio of each round: shared machines drift. */
export async function compareInTurn(
  rounds: number,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<number[]> {
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // The second side may find the machine warmer, so the order changes with each round.
    const first = round % 2 === 0 ? await ours() : await theirs();
    const second = round % 2 === 0 ? await theirs() : await ours();
    ratios.push(round % 2 === 0 ? first / second : second / first);
  }
  return ratios;
}
