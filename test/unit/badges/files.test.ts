import { describe, expect, test } from 'vitest';

import { badgeOf } from './badge-of.ts';

// prettier-ignore
const RELEASES = [
  [['sdist', 'bdist_wheel'],                               'yes brightgreen', 'no brightgreen', 'wheel brightgreen'],
  [['bdist_wheel'],                                        'yes brightgreen', 'no brightgreen', 'wheel brightgreen'],
  [['wheel'],                                              'yes brightgreen', 'no brightgreen', 'wheel brightgreen'],
  [['bdist_egg', 'bdist_wheel', 'bdist_wininst', 'sdist'], 'yes brightgreen', 'yes red',        'wheel brightgreen'],
  [['sdist', 'bdist_egg'],                                 'no red',          'yes red',        'egg red'],
  [['egg'],                                                'no red',          'yes red',        'egg red'],
  [['sdist'],                                              'no red',          'no brightgreen', 'source yellow'],
  [['bdist_msi', 'bdist_wininst'],                         'no red',          'no brightgreen', 'source yellow'],
  [['bdist_wheelhouse', 'eggplant'],                       'no red',          'no brightgreen', 'source yellow'],
  [[],                                                     'no red',          'no brightgreen', 'source yellow'],
] as const;

describe.each(['pypip', 'shields'] as const)('in the URLs of %s', (grammar) => {
  test.each(RELEASES)(
    'of the files %j: wheel %s, egg %s, format %s',
    (files, wheel, egg, format) => {
      const facts = { packageTypes: [...files] };
      expect(badgeOf([grammar, 'wheel'], facts)).toEqual(['wheel', ...wheel.split(' ')]);
      expect(badgeOf([grammar, 'egg'], facts)).toEqual(['egg', ...egg.split(' ')]);
      expect(badgeOf([grammar, 'format'], facts)).toEqual(['format', ...format.split(' ')]);
    },
  );
});
