/** One line of the result: what was measured, against what, and whether the goal is met. */
export interface Figure {
  readonly what: string;
  readonly measured: string;
  readonly goal: string;
  readonly met: boolean;
}

/** The middle of the values; of an even number, the upper one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** `0.87 (0.85–0.89)`: the median, and from the least to the most. */
export function withSpread(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(2)} (${least.toFixed(2)}–${most.toFixed(2)})`;
}

/** Runs the two sides in turn, as often as asked, and gives the ratio of each round: shared machines drift. */
export async function compareInTurn(
  rounds: number,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<number[]> {
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Whoever goes second may find the machine warmer: the order changes with each round.
    const first = round % 2 === 0 ? await ours() : await theirs();
    const second = round % 2 === 0 ? await theirs() : await ours();
    ratios.push(round % 2 === 0 ? first / second : second / first);
  }
  return ratios;
}
