/** Passes over all coefficients. */
const PASSES = 500;

/**
 * Fits coefficients of at least 0, so that each row times the coefficients is close to its value: least squares of the
 * relative errors, by coordinate descent.
 */
export function fitNonNegative(
  rows: readonly (readonly number[])[],
  values: readonly number[],
): number[] {
  const scaled = rows.map((row, i) => row.map((feature) => feature / (values[i] ?? 1)));
  const coefficients = Array<number>(rows[0]?.length ?? 0).fill(0);
  for (let pass = 0; pass < PASSES; pass += 1)
    for (const index of coefficients.keys())
      coefficients[index] = Math.max(0, bestOf(scaled, coefficients, index));
  return coefficients;
}

/** The value of one coefficient with the least error, while the others stay. */
function bestOf(rows: readonly number[][], coefficients: readonly number[], index: number): number {
  let numerator = 0;
  let denominator = 0;
  for (const row of rows) {
    const feature = row[index] ?? 0;
    const others = row.reduce(
      (sum, each, i) => (i === index ? sum : sum + each * (coefficients[i] ?? 0)),
      0,
    );
    numerator += feature * (1 - others);
    denominator += feature ** 2;
  }
  return denominator === 0 ? 0 : numerator / denominator;
}
