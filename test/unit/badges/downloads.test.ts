import { describe, expect, test } from 'vitest';

import { downloadBadgeOf } from './badge-of.ts';

const FACTS = { lastDay: 999, lastWeek: 12_345, lastMonth: 999_950 };
const NONE = { lastDay: 0, lastWeek: 0, lastMonth: 0 };

describe.each(['d', 'download'])('/%s', (name) => {
  test.each([
    ['day', '999/day'],
    ['week', '12.3k/week'],
    ['month', '1M/month'],
  ] as const)('?period=%s shows %s', (period, message) => {
    const badge = downloadBadgeOf(['pypip', name], FACTS, { period });
    expect(badge).toEqual(['downloads', message, 'brightgreen']);
  });

  test('shows the month without a period', () => {
    expect(downloadBadgeOf(['pypip', name], FACTS)[1]).toBe('1M/month');
  });

  test('shows a project without downloads in brightgreen', () => {
    expect(downloadBadgeOf(['pypip', name], NONE)).toEqual(['downloads', '0/month', 'brightgreen']);
  });
});

test.each([
  ['dd', '999/day', 'green'],
  ['dw', '12k/week', 'brightgreen'],
  ['dm', '1M/month', 'brightgreen'],
] as const)('/pypi/%s shows %s, %s', (name, message, color) => {
  expect(downloadBadgeOf(['shields', name], FACTS)).toEqual(['downloads', message, color]);
});

test('URLs of shields.io ignore ?period=', () => {
  expect(downloadBadgeOf(['shields', 'dm'], FACTS, { period: 'day' })[1]).toBe('1M/month');
});

test.each([
  [0, '0', 'red'],
  [1, '1', 'yellow'],
  [9, '9', 'yellow'],
  [10, '10', 'yellowgreen'],
  [99, '99', 'yellowgreen'],
  [100, '100', 'green'],
  [999, '999', 'green'],
  [1000, '1k', 'brightgreen'],
  [157_236_987, '157M', 'brightgreen'],
  [-1, '0', 'red'],
  [0.4, '0', 'red'],
  [Number.NaN, '0', 'red'],
])('/pypi/dd, dw and dm show %d downloads as %s, %s', (count, shown, color) => {
  const facts = { lastDay: count, lastWeek: count, lastMonth: count };
  expect(downloadBadgeOf(['shields', 'dd'], facts).slice(1)).toEqual([`${shown}/day`, color]);
  expect(downloadBadgeOf(['shields', 'dw'], facts).slice(1)).toEqual([`${shown}/week`, color]);
  expect(downloadBadgeOf(['shields', 'dm'], facts).slice(1)).toEqual([`${shown}/month`, color]);
});

// prettier-ignore
test.each([
  [0,             '0',             '0',    '0'],
  [999,           '999',           '999',  '999'],
  [1000,          '1,000',         '1k',   '1k'],
  [12_345,        '12,345',        '12k',  '12.3k'],
  [999_949,       '999,949',       '1M',   '999.9k'],
  [999_950,       '999,950',       '1M',   '1M'],
  [12_345_678,    '12,345,678',    '12M',  '12.3M'],
  [1_500_000_000, '1,500,000,000', '1.5G', '1.5B'],
  [-1,            '0',             '0',    '0'],
  [0.4,           '0',             '0',    '0'],
])('%d is %s in full, %s in SI, %s shortened', (count, full, si, short) => {
  const facts = { lastDay: count, lastWeek: count, lastMonth: count };
  for (const name of [['pypip', 'd'], ['shields', 'dm']] as const) {
    const [, , color] = downloadBadgeOf(name, facts);
    for (const [number, shown] of [['full', full], ['si', si], ['short', short]] as const)
      expect(downloadBadgeOf(name, facts, { number })).toEqual(['downloads', `${shown}/month`, color]);
  }
});
