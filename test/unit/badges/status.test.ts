import { describe, expect, test } from 'vitest';

import { badgeOf, simpleBadgeOf } from './badge-of.ts';

test.each([
  [['1 - Planning'], 'planning', 'red'],
  [['2 - Pre-Alpha'], 'pre-alpha', 'red'],
  [['3 - Alpha'], 'alpha', 'red'],
  [['4 - Beta'], 'beta', 'yellow'],
  [['5 - Production/Stable'], 'stable', 'brightgreen'],
  [['6 - Mature'], 'mature', 'brightgreen'],
  [['7 - Inactive'], 'inactive', 'red'],
  [['5 - Production/Stable', '3 - Alpha'], 'stable', 'brightgreen'],
  [['4 - Beta', '5 - Production/Stable'], 'stable', 'brightgreen'],
  [['6 - Mature', '7 - Inactive'], 'inactive', 'red'],
  [['4 - Beta', '9 - Legendary'], 'beta', 'yellow'],
])('%j is %s, %s', (statuses, message, color) => {
  const classifiers = statuses.map((one) => `Development Status :: ${one}`);
  expect(badgeOf(['pypip', 'status'], { classifiers })).toEqual(['status', message, color]);
  expect(badgeOf(['shields', 'status'], { classifiers })).toEqual(['status', message, color]);
});

test.each([
  [[]],
  [['Development Status']],
  [['Development Status :: 9 - Legendary']],
  [['Topic :: Development Status :: 4 - Beta']],
])('%j is unknown', (classifiers) => {
  expect(badgeOf(['pypip', 'status'], { classifiers })).toEqual(['status', 'unknown', 'red']);
  expect(badgeOf(['shields', 'status'], { classifiers })).toEqual([
    'status',
    'unknown',
    'lightgrey',
  ]);
});

describe.each(['pypip', 'shields'] as const)("PyPI's own status, in the URLs of %s", (grammar) => {
  test.each([
    ['archived', ['status', 'archived', 'orange']],
    ['deprecated', ['status', 'deprecated', 'orange']],
    ['quarantined', ['status', 'quarantined', 'red']],
    ['active', undefined],
  ] as const)('%s is %j', (status, badge) => {
    expect(simpleBadgeOf([grammar, 'status'], { status })).toEqual(badge);
  });
});
