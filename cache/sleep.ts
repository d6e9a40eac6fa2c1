/** Resolves after so many milliseconds, by the clock that tests can turn. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
