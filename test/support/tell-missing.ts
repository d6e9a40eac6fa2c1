import { describeMissing } from './programs.ts';

/** Says once, before the first test, which programs are missing; in CI, where nothing may be skipped, no test runs then. */
export function setup(): void {
  const message = describeMissing();
  if (message === undefined) return;
  if (process.env['CI'] === 'true') throw new Error(message);
  process.stderr.write(`${message} Tests that need them are skipped.\n`);
}
