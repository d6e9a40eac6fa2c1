import { expect } from 'vitest';
import type { LoadReport } from '../../support/load.ts';

/** A busy machine delays the edge's probes, by which it knows that a process has ended; a soak runs alone. */
const MAX_UNAVAILABLE_SHARE = process.env['SOAK_REQUESTS'] === undefined ? 0.02 : 0;

/** Every request was answered, and with its badge; on a busy machine with few exceptions. */
export function expectNearlyAllOk({
  faults,
  verdicts,
  asked,
}: Pick<LoadReport, 'faults' | 'verdicts' | 'asked'>): void {
  expect(faults).toEqual([]);
  const { ok = 0, unavailable = 0 } = verdicts;
  expect(ok + unavailable).toBe(asked);
  expect(unavailable / asked).toBeLessThanOrEqual(MAX_UNAVAILABLE_SHARE);
}
