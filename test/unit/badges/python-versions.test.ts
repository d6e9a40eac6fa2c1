import { expect, test } from 'vitest';

import { badgeOf } from './badge-of.ts';

// prettier-ignore
test.each([
  ['3.9 before 3.10',                  ['3.10', '3.9', '2.7', '3.11'],             ['2.7', '3.9', '3.10', '3.11']],
  ['no major beside its minors',       ['2', '2.7', '3', '3.8'],                   ['2.7', '3.8']],
  ['a major whose minors are missing', ['3', '2.6', '2.7'],                        ['2.6', '2.7', '3']],
  ['majors alone',                     ['3', '2'],                                 ['2', '3']],
  ['a major beside another of its digit', ['3', '30.1'],                           ['3', '30.1']],
  ['a version once',                   ['3.8', '3.8'],                             ['3.8']],
  ['a version with a patch',           ['3', '3.6.1', '3.6'],                      ['3.6', '3.6.1']],
  ['no Only beside a version',         ['3 :: Only', '3.9'],                       ['3.9']],
  ['the major before its Only',        ['3', '3 :: Only'],                         ['3']],
  ['Only as the fall-back',            ['3 :: Only'],                              ['3']],
  ['several Only as numbers',          ['10 :: Only', '3 :: Only'],                ['3', '10']],
  ['nothing else that is there',       ['Implementation :: CPython', '3.x', '3.', '.3', '3..4', '3.9-dev', '3.7'], ['3.7']],
])('classifiers show %s', (_, children, versions) => {
  const facts = {
    classifiers: [
      'Programming Language :: Python',
      ...children.map((child) => `Programming Language :: Python :: ${child}`),
      'Programming Language :: Cython :: 3.1',
    ],
    // Longer than two clauses: the classifiers tell more.
    requiresPython: '>=3.1,!=3.2.*,!=3.3.*',
  };
  const bars = versions.join(' | ');
  expect(badgeOf(['pypip', 'py_versions'], facts)).toEqual(['python', versions.join(', '), 'blue']);
  expect(badgeOf(['shields', 'pyversions'], facts)).toEqual(['python', bars, 'blue']);
  expect(badgeOf(['shields', 'python'], facts)).toEqual(['python', bars, 'blue']);
});

// prettier-ignore
const WITHOUT_VERSIONS = [
  ['>=3.8',                     ['python', '>=3.8', 'blue']],
  ['<3.15,>=3.11',              ['python', '<3.15,>=3.11', 'blue']],
  ['>=2.7, !=3.0.*, !=3.1.*',   ['python', '>=2.7, !=3.0.*, !=3.1.*', 'blue']],
  ['==3.10.*',                  ['python', '==3.10.*', 'blue']],
  [' >= 3.7 ',                  ['python', '>= 3.7', 'blue']],
  ['',                          ['python', 'missing', 'red']],
  ['  ',                        ['python', 'missing', 'red']],
  [null,                        ['python', 'missing', 'red']],
] as const;

const NAMES = [
  ['pypip', 'py_versions'],
  ['shields', 'pyversions'],
  ['shields', 'python'],
  ['shields', 'py_versions'],
] as const;

test.each([
  [['3'], '>=3.9', '>=3.9'],
  [['3', '3 :: Only'], '>=3.9,<4', '>=3.9,<4'],
  [['3 :: Only'], null, '3'],
  [['2', '3'], '>=2.7,!=3.0.*,!=3.1.*', '2 | 3'],
  [['3.11'], '>=3.9', '3.11'],
])('classifiers %j and Requires-Python %j show %s', (children, requiresPython, message) => {
  const classifiers = children.map((child) => `Programming Language :: Python :: ${child}`);
  expect(badgeOf(['shields', 'python'], { classifiers, requiresPython })[1]).toBe(message);
});

test.each(WITHOUT_VERSIONS)(
  'no versions, but Requires-Python %j shows %j',
  (requiresPython, badge) => {
    const classifiers = ['Programming Language :: Python', 'Programming Language :: Python :: x'];
    for (const name of NAMES) expect(badgeOf(name, { classifiers, requiresPython })).toEqual(badge);
  },
);

test.each(WITHOUT_VERSIONS)('requires: Requires-Python %j shows %j', (requiresPython, badge) => {
  const classifiers = ['Programming Language :: Python :: 3.9'];
  expect(badgeOf(['pypip', 'requires'], { classifiers, requiresPython })).toEqual(badge);
  expect(badgeOf(['shields', 'requires'], { classifiers, requiresPython })).toEqual(badge);
});

// prettier-ignore
test.each([
  [['3.9', '3.10', '3.11', '3.13'],        '3.9 – 3.11, 3.13'],
  [['3.9', '3.10', '3.11', '3.12', '3.13'], '3.9 – 3.13'],
  [['2.7', '3.9', '3.10', '3.11'],         '2.7, 3.9 – 3.11'],
  [['2.6', '2.7', '3.0'],                  '2.6, 2.7, 3.0'],
  [['3.9', '3.10'],                        '3.9, 3.10'],
  [['3.7', '3.8', '3.9', '3.11', '3.12', '3.13'], '3.7 – 3.9, 3.11 – 3.13'],
  [['3.6', '3.6.1', '3.7', '3.8'],         '3.6, 3.6.1, 3.7, 3.8'],
  [['2', '3', '4'],                        '2, 3, 4'],
  [['2', '3.1', '3.2', '3.3'],             '2, 3.1 – 3.3'],
  [['3.12'],                               '3.12'],
])('?range shows %j as %s', (versions, message) => {
  const facts = {
    classifiers: versions.map((version) => `Programming Language :: Python :: ${version}`),
  };
  const bars = message.replaceAll(', ', ' | ');
  expect(badgeOf(['pypip', 'py_versions'], facts, { range: true })).toEqual(['python', message, 'blue']);
  expect(badgeOf(['shields', 'python'], facts, { range: true })).toEqual(['python', bars, 'blue']);
  expect(badgeOf(['pypip', 'py_versions'], facts)[1]).toBe(versions.join(', '));
});

test('?range changes no Requires-Python', () => {
  const facts = { requiresPython: '>=3.9,<3.14' };
  expect(badgeOf(['shields', 'python'], facts, { range: true })[1]).toBe('>=3.9,<3.14');
});
