import { expect, test } from 'vitest';

import { badgeOf } from './badge-of.ts';

const PARENT = 'Programming Language :: Python :: Implementation';

test.each([
  ['sorts and lower-cases the names', ['PyPy', 'CPython'], ['cpython', 'pypy']],
  ['shows all names', ['Jython', 'Stackless', 'IronPython'], ['ironpython', 'jython', 'stackless']],
  ['shows each name once', ['PyPy', 'PyPy', 'pypy'], ['pypy']],
  ['shows cpython without a name', [], ['cpython']],
  ['ignores names that are not a single word', ['', ' ', 'Two Words'], ['cpython']],
])('%s', (_, names, shown) => {
  const classifiers = [PARENT, ...names.map((name) => `${PARENT} :: ${name}`)];
  const bars = ['implementation', shown.join(' | '), 'blue'];
  const commas = ['implementation', shown.join(', '), 'blue'];
  expect(badgeOf(['shields', 'implementation'], { classifiers })).toEqual(bars);
  expect(badgeOf(['pypip', 'implementation'], { classifiers })).toEqual(commas);
});
