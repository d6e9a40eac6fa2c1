import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { formatLegacy, formatMetric, toCount } from '../../../src/badges/numbers.ts';

// prettier-ignore
test.each([
  [0,                       '0',       '0'],
  [1,                       '1',       '1'],
  [999,                     '999',     '999'],
  [1000,                    '1k',      '1k'],
  [1049,                    '1k',      '1k'],
  [1050,                    '1.1k',    '1.1k'],
  [1950,                    '1.9k',    '1.9k'],
  [9949,                    '9.9k',    '9.9k'],
  [9999,                    '10k',     '10k'],
  [12_345,                  '12.3k',   '12k'],
  [99_999,                  '100k',    '100k'],
  [999_499,                 '999.5k',  '999k'],
  [999_500,                 '999.5k',  '1M'],
  [999_949,                 '999.9k',  '1M'],
  [999_950,                 '1M',      '1M'],
  [999_999,                 '1M',      '1M'],
  [1_500_000,               '1.5M',    '1.5M'],
  [157_236_987,             '157.2M',  '157M'],
  [999_949_999,             '999.9M',  '1G'],
  [999_999_999,             '1B',      '1G'],
  [2_500_000_000,           '2.5B',    '2.5G'],
  [999_950_000_000,         '1T',      '1T'],
  [1_500_000_000_000,       '1.5T',    '1.5T'],
  [1_200_000_000_000_000,   '1200T',   '1.2P'],
  [Number.MAX_SAFE_INTEGER, '9007.2T', '9P'],
])('%d is %s at pypip.in and %s at shields.io', (count, legacy, metric) => {
  expect([formatLegacy(count), formatMetric(count)]).toEqual([legacy, metric]);
});

test.each([
  [Number.NaN, 0],
  [-1, 0],
  [-0, 0],
  [Number.NEGATIVE_INFINITY, 0],
  [0.4, 0],
  [12.5, 13],
  [999.5, 1000],
  [2 ** 60, Number.MAX_SAFE_INTEGER],
  [Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER],
])('%d counts as %d, in both formats too', (value, count) => {
  expect(toCount(value)).toBe(count);
  expect(formatLegacy(value)).toBe(formatLegacy(count));
  expect(formatMetric(value)).toBe(formatMetric(count));
});

describe.each([
  ['pypip.in', formatLegacy, /^(\d+(?:\.[1-9])?)([kMBT]?)$/, ['', 'k', 'M', 'B', 'T']],
  ['shields.io', formatMetric, /^(\d{1,3}|\d\.[1-9])([kMGTP]?)$/, ['', 'k', 'M', 'G', 'T', 'P']],
] as const)("%s's format", (_, format, shape, units: readonly string[]) => {
  const read = (text: string): number => {
    const [, digits, unit] = shape.exec(text) ?? [];
    return Number(digits) * 1000 ** units.indexOf(unit ?? 'none');
  };
  const anyCount = fc.oneof(fc.nat({ max: 2_000_000 }), fc.maxSafeNat());

  test('formats any number with an error of at most a twentieth', () => {
    fc.assert(
      fc.property(anyCount, (count) => {
        const text = format(count);
        expect(text).toMatch(shape);
        expect(Math.abs(read(text) - count)).toBeLessThanOrEqual(count / 20);
      }),
    );
  });

  test('is monotonic', () => {
    fc.assert(
      fc.property(anyCount, anyCount, (one, other) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        expect(read(format(low))).toBeLessThanOrEqual(read(format(high)));
      }),
    );
  });

  test('never shows 1000 with a larger unit available', () => {
    fc.assert(
      fc.property(fc.nat({ max: 999_949_999_999_999 }), (count) => {
        expect(Number.parseFloat(format(count))).toBeLessThan(1000);
      }),
    );
  });

  test('accepts any double', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(format(value)).toMatch(shape);
      }),
    );
  });
});
