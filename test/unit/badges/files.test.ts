import { describe, expect, test } from 'vitest';

import { say } from './say.ts';

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
      expect(say([grammar, 'wheel'], facts)).toEqual(['wheel', ...wheel.split(' ')]);
      expect(say([grammar, 'egg'], facts)).toEqual(['egg', ...egg.split(' ')]);
      expect(say([grammar, 'format'], facts)).toEqual(['format', ...format.split(' ')]);
    },
  );
});
