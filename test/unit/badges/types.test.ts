import { expect, test } from 'vitest';

import { badgeOf } from './badge-of.ts';

test.each([
  [['Typing :: Typed'], 'typed', 'brightgreen'],
  [['Typing :: Stubs Only'], 'stubs', 'brightgreen'],
  [['Typing :: Stubs Only', 'Typing :: Typed'], 'typed', 'brightgreen'],
  [['Typing'], 'untyped', 'red'],
  [['Topic :: Typing :: Typed'], 'untyped', 'red'],
  [[], 'untyped', 'red'],
])('%j is %s, %s', (classifiers, message, color) => {
  expect(badgeOf(['pypip', 'types'], { classifiers })).toEqual(['types', message, color]);
  expect(badgeOf(['shields', 'types'], { classifiers })).toEqual(['types', message, color]);
});
