import fc from 'fast-check';
import { expect, test } from 'vitest';
import { halve, type NameRange, startRanges } from '../../../../src/downloads/load/ranges.ts';

const name = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?$/);

test('the ranges of the first load follow each other, from the first name to the last', () => {
  const ranges = startRanges();
  expect(ranges).toHaveLength(24);
  expect(ranges[0]?.from).toBe('');
  expect(ranges.at(-1)?.to).toBeUndefined();
  for (const [i, { from, to }] of ranges.entries()) {
    expect(ranges[i + 1]?.from).toBe(to);
    expect(to === undefined || from < to).toBe(true);
  }
});

test('halves a range into two that follow each other, and are smaller', () => {
  fc.assert(
    fc.property(name, fc.option(name, { nil: undefined }), (one, other) => {
      const [from = '', to] = other === undefined ? [one] : [one, other].toSorted();
      const [first, second] = halve({ from, to }) ?? [];
      if (first === undefined || second === undefined) return;
      expect(first.from).toBe(from);
      expect(first.to).toBe(second.from);
      expect(second.to).toBe(to);
      expect(second.from > from).toBe(true);
      expect(to === undefined || second.from < to).toBe(true);
    }),
  );
});

test.each([
  ['flask', 'flask-admin'],
  ['a', 'aa'],
  ['requests', 'requests-mock'],
  ['zope', 'zope-interface'],
])('halves until %s and %s are in ranges of their own', (one, other) => {
  const isOfBoth = ({ from, to }: NameRange): boolean =>
    [one, other].every((each) => each >= from && (to === undefined || each < to));
  let ranges: NameRange[] = [{ from: '' }];
  for (let i = 0; i < 100 && ranges.some(isOfBoth); i += 1)
    ranges = ranges.flatMap((range) => (isOfBoth(range) ? (halve(range) ?? [range]) : [range]));
  expect(ranges.some(isOfBoth)).toBe(false);
});
