import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CONNECTION_DEADLINES, DEADLINES, UPSTREAM_DEADLINES } from '../../src/deadlines.ts';

test.each([DEADLINES, UPSTREAM_DEADLINES])(
  'each deadline is within the one around it: %j',
  (of) => {
    const inward = Object.values(of);
    expect(inward).toEqual(inward.toSorted((a, b) => b - a));
  },
);

test('the edge gives up when the table says so', () => {
  const rules = readFileSync(
    new URL('../../varnish/rules/backend-requests.vcl', import.meta.url),
    'utf8',
  );
  const [, seconds] = /std\.real\(time=now\) \+ ([\d.]+)/.exec(rules) ?? [];
  expect(Number(seconds) * 1000).toBe(DEADLINES.edgeMs);
});

test('a process that stops lets idle connections learn of it, and ends in time', () => {
  const { drainMs, stopMs, requestMs } = CONNECTION_DEADLINES;
  expect(drainMs).toBeLessThan(stopMs);
  expect(requestMs).toBeLessThanOrEqual(stopMs);
});
