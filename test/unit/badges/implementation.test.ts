import { expect, test } from 'vitest';

import { say } from './say.ts';

const PARENT = 'Programming Language :: Python :: Implementation';

test.each([
  ['sorted, in lower case', ['PyPy', 'CPython'], ['cpython', 'pypy']],
  ['all there are', ['Jython', 'Stackless', 'IronPython'], ['ironpython', 'jython', 'stackless']],
  ['each once', ['PyPy', 'PyPy', 'pypy'], ['pypy']],
  ['cpython where none is named', [], ['cpython']],
  ['cpython where none is a word', ['', ' ', 'Two Words'], ['cpython']],
])('%s', (_, names, shown) => {
  const classifiers = [PARENT, ...names.map((name) => `${PARENT} :: ${name}`)];
  const bars = ['implementation', shown.join(' | '), 'blue'];
  const commas = ['implementation', shown.join(', '), 'blue'];
  expect(say(['shields', 'implementation'], { classifiers })).toEqual(bars);
  expect(say(['pypip', 'implementation'], { classifiers })).toEqual(commas);
});
