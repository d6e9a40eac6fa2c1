import { expect, test } from 'vitest';
import { nextDailyLoadMs } from '../../../src/facts/pypistats.ts';

test.each([
  ['2026-11-20T00:00:00Z', '2026-11-20T02:30:00Z'],
  ['2026-11-20T02:29:59Z', '2026-11-20T02:30:00Z'],
  ['2026-11-20T02:30:00Z', '2026-11-21T02:30:00Z'],
  ['2026-11-20T23:59:59Z', '2026-11-21T02:30:00Z'],
  ['2026-12-31T12:00:00Z', '2027-01-01T02:30:00Z'],
  ['2028-02-28T12:00:00Z', '2028-02-29T02:30:00Z'],
])('counts fetched at %s are fresh until %s', (fetched, until) => {
  expect(new Date(nextDailyLoadMs(Date.parse(fetched))).toISOString()).toBe(
    until.replace('Z', '.000Z'),
  );
});
