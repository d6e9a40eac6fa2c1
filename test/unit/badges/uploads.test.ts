import { describe, expect, test } from 'vitest';
import { pypiProjectSchema } from '../../../src/facts/schema.ts';
import { badgeOf } from './badge-of.ts';

const factsOf = (urls: unknown) => pypiProjectSchema.parse({ info: { version: '1.0' }, urls });
const file = (packagetype: string, size: unknown) => ({ packagetype, size });

describe.each(['pypip', 'shields'] as const)('in the URLs of %s', (grammar) => {
  test.each<[string, unknown[], string, string]>([
    ['one wheel', [file('bdist_wheel', 64_928)], '65 kB', 'blue'],
    ['a wheel and an sdist', [file('sdist', 9), file('bdist_wheel', 1_234_567)], '1.2 MB', 'blue'],
    [
      'several wheels',
      [file('bdist_wheel', 12_345_678), file('bdist_wheel', 999), file('bdist_wheel', 5_000)],
      '999 B – 12 MB',
      'blue',
    ],
    [
      'wheels that round to one size',
      [file('bdist_wheel', 1_210_000), file('bdist_wheel', 1_190_000)],
      '1.2 MB',
      'blue',
    ],
    ['an sdist', [file('sdist', 999_949)], '1 MB', 'blue'],
    ['an sdist and a larger egg', [file('sdist', 2_000), file('bdist_egg', 9_000)], '2 kB', 'blue'],
    ['eggs', [file('bdist_egg', 2_000), file('bdist_egg', 9_940)], '9.9 kB', 'blue'],
    ['an empty file', [file('sdist', 0)], '0 B', 'blue'],
    ['gigabytes', [file('bdist_wheel', 2_700_000_000)], '2.7 GB', 'blue'],
    ['a wheel without a size', [file('bdist_wheel', null), file('sdist', 2_000)], '2 kB', 'blue'],
    ['odd sizes', [file('bdist_wheel', '7'), file('sdist', -1)], 'unknown', 'lightgrey'],
    ['no files', [], 'unknown', 'lightgrey'],
  ])('the size of %s', (_, urls, message, color) => {
    expect(badgeOf([grammar, 'size'], factsOf(urls))).toEqual(['size', message, color]);
  });

  const at = (...times: unknown[]) => times.map((time) => ({ upload_time_iso_8601: time }));
  test.each<[string, unknown[], string, string]>([
    [
      'the first file',
      at('2026-11-30T00:00:00Z', '2026-11-29T23:59:59.999999Z'),
      '2026-11-29',
      'blue',
    ],
    [
      'a file with the older field alone',
      [{ upload_time: '2014-07-10T05:54:18' }],
      '2014-07-10',
      'blue',
    ],
    ['odd times', at(7, null, 'yesterday', '2026-1-1', '20261129T000000Z'), 'unknown', 'lightgrey'],
    ['no file', [], 'unknown', 'lightgrey'],
  ])('the day of %s', (_, urls, message, color) => {
    expect(badgeOf([grammar, 'released'], factsOf(urls))).toEqual(['released', message, color]);
  });
});
