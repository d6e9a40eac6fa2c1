import { expect } from 'vitest';
import type { LoadReport } from '../../support/load/load.ts';

/** Every request was answered, and with its badge: `ok`, or another verdict of `expected`. */
export function expectBadges(
  { faults, verdicts }: Pick<LoadReport, 'faults' | 'verdicts'>,
  expected: readonly string[] = ['ok'],
): void {
  const unexpected = Object.entries(verdicts).filter(([verdict]) => !expected.includes(verdict));
  expect({ faults, unexpected }).toEqual({ faults: [], unexpected: [] });
}
