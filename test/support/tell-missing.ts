import { describeMissing } from './programs.ts';

/** Reports missing programs once, before the first test; in CI the run then fails. */
export function setup(): void {
  const message = describeMissing();
  if (message === undefined) return;
  if (process.env['CI'] === 'true') throw new Error(message);
  process.stderr.write(`${message} Tests that need them are skipped.\n`);
}
