import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { Grammar } from '../../../src/badges/kind.ts';
import { parseShields, parseStatic } from '../../../src/badges/static.ts';
import type { ProjectFacts } from '../../../src/facts/schema.ts';
import { badgeOf, downloadBadgeOf } from './badge-of.ts';

/*
 * What the services' own tests and sources say. Where pypins shows something else, the reason is a row of
 * docs/compatibility.md, named by its first cell.
 */
const DOCUMENT = await readFile(
  resolve(import.meta.dirname, '../../../docs/compatibility.md'),
  'utf8',
);

/** What pypins shows instead, and the row of the document that says why. */
type Instead = readonly [shown: string, reason: string];

/** The start of the row that says why; nothing without a difference. */
function reasonOf(instead?: Instead): string {
  return instead === undefined ? '' : `\n| ${instead[1]} |`;
}

function expectShown(shown: readonly string[], theirs: string, instead?: Instead): void {
  expect(shown.join(', ')).toBe(instead?.[0] ?? theirs);
  expect(DOCUMENT).toContain(reasonOf(instead));
}

type Row = [
  grammar: Grammar,
  kind: string,
  facts: Partial<ProjectFacts>,
  theirs: string,
  instead?: Instead,
];

const python = (...versions: string[]) => ({
  classifiers: versions.map((version) => `Programming Language :: Python :: ${version}`),
});
const license = (...names: string[]) => ({
  classifiers: names.map((name) => `License :: ${name}`),
});
const status = (...names: string[]) => ({
  classifiers: names.map((name) => `Development Status :: ${name}`),
});
const implementations = (...names: string[]) =>
  python(...names.map((n) => `Implementation :: ${n}`));
const framework = (...names: string[]) => ({
  classifiers: names.map((name) => `Framework :: ${name}`),
});

// prettier-ignore
test.each<Row>([
  ['shields', 'v', { version: '1.2.3' },                      'pypi, v1.2.3, blue'],
  ['shields', 'v', { version: 'v0.6' },                       'pypi, v0.6, orange'],
  ['shields', 'v', { version: 'hello' },                      'pypi, hello, lightgrey'],
  ['shields', 'v', { version: '0.1' },                        'pypi, v0.1, orange'],
  ['shields', 'v', { version: '0' },                          'pypi, v0, blue', ['pypi, v0, orange', 'versions below 1']],
  ['shields', 'v', { version: '1!0.5' },                      'pypi, v1!0.5, blue', ['pypi, v1!0.5, orange', 'versions below 1']],
  ['shields', 'v', { version: '2.0rc1' },                     'pypi, v2.0rc1, orange'],
  ['shields', 'v', { version: '1.0.dev1' },                   'pypi, v1.0.dev1, orange'],
  ['shields', 'v', { version: '1.0.post1' },                  'pypi, v1.0.post1, blue'],
  ['shields', 'v', { version: '1.0+local' },                  'pypi, v1.0+local, blue'],
  ['shields', 'v', { version: '0.9+cu118' },                  'pypi, v0.9+cu118, orange'],
  ['shields', 'v', { version: '20240101' },                   'pypi, 20240101, blue', ['pypi, v20240101, blue', 'prefix of a version']],
  ['shields', 'v', { version: '2023-01-02' },                 'pypi, 2023-01-02, lightgrey', ['pypi, v2023-01-02, lightgrey', 'prefix of a version']],
  ['shields', 'v', { version: '1.0', yanked: true },          'pypi, v1.0, blue', ['pypi, v1.0 (yanked), red', 'yanked releases']],
  ['pypip', 'v', { version: '0.1' },                          'pypi, 0.1, brightgreen'],
  ['pypip', 'version', { version: '2.0rc1' },                 'pypi, 2.0rc1, brightgreen'],
  ['fury', 'version', { version: '2.0rc1' },                  'pypi package, 2.0rc1, brightgreen'],

  ['shields', 'pyversions', python('3', '3.4', '3.5', '3.6', '2', '2.7'), 'python, 2.7 | 3.4 | 3.5 | 3.6, blue'],
  ['shields', 'pyversions', python('2', '3'),                 'python, 2 | 3, blue'],
  ['shields', 'pyversions', python('3.10', '3.9', '3.8', '3.7', '3.6'), 'python, 3.6 | 3.7 | 3.8 | 3.9 | 3.10, blue'],
  ['shields', 'pyversions', python('3', '3.9'),               'python, 3.9, blue'],
  ['shields', 'pyversions', python('3 :: Only', '3.5', '3.6', '3.7'), 'python, 3.5 | 3.6 | 3.7, blue'],
  ['shields', 'pyversions', python('3 :: Only'),              'python, 3, blue'],
  ['shields', 'pyversions', python(),                         'python, missing, red'],
  ['shields', 'pyversions', { requiresPython: '>=3.8' },      'python, missing, red', ['python, >=3.8, blue', 'no Python version is named']],
  ['shields', 'pyversions', { ...python('3'), requiresPython: '>=3.9' }, 'python, 3, blue', ['python, >=3.9, blue', 'only a major Python version is named']],
  ['pypip', 'py_versions', python('3.8', '3.9'),              'python, 3.8, 3.9, blue'],
  ['pypip', 'py_versions', python('3.9', '3.10'),             'python, 3.10, 3.9, blue', ['python, 3.9, 3.10, blue', 'order of Python versions']],
  ['pypip', 'py_versions', python(),                          'python, 2.7, blue', ['python, missing, red', 'no Python version is named']],

  ['shields', 'l', { license: 'Apache 2.0' },                 'license, Apache 2.0, green'],
  ['shields', 'l', { license: '', ...license('OSI Approved :: MIT License') }, 'license, MIT, green'],
  ['shields', 'l', { license: '', ...license('OSI Approved :: GNU General Public License (GPL)') }, 'license, GPL, orange'],
  ['shields', 'l', license('OSI Approved :: Apache Software License'), 'license, Apache-2.0, green'],
  ['shields', 'l', license('CC0 1.0 Universal (CC0 1.0) Public Domain Dedication'), 'license, CC0-1.0, #7cd958'],
  ['shields', 'l', license('OSI Approved :: GNU Affero General Public License v3'), 'license, AGPL-3.0, orange'],
  ['shields', 'l', license('OSI Approved :: Zero-Clause BSD (0BSD)'), 'license, 0BSD, #7cd958'],
  ['shields', 'l', license('DFSG approved', 'OSI Approved :: BSD License'), 'license, BSD, green'],
  ['shields', 'l', {},                                        'license, missing, red'],
  ['pypip', 'license', { license: 'BSD' },                    'license, BSD, blue'],
  ['pypip', 'license', { license: 'UNKNOWN', ...license('OSI Approved :: MIT License') }, 'license, MIT License, blue', ['license, MIT, blue', 'names of licenses in classifiers']],
  ['pypip', 'license', {},                                    'license, unknown, red'],

  ['shields', 'status', status('5 - Production/Stable'),      'status, stable, brightgreen'],
  ['shields', 'status', status('3 - Alpha', '4 - Beta'),      'status, beta, yellow'],
  ['shields', 'status', status(),                             'status, unknown, lightgrey'],
  ['pypip', 'status', status('1 - Planning'),                 'status, planning, red'],
  ['pypip', 'status', status('3 - Alpha', '4 - Beta'),        'status, alpha, red', ['status, beta, yellow', 'several development statuses']],
  ['pypip', 'status', status(),                               'status, unknown, red'],

  ['shields', 'implementation', implementations('PyPy', 'CPython'), 'implementation, cpython | pypy, blue'],
  ['shields', 'implementation', implementations(),            'implementation, cpython, blue'],
  ['pypip', 'implementation', implementations('CPython', 'PyPy'), 'implementation, cpython, pypy, blue'],
  ['pypip', 'implementation', implementations('PyPy', 'CPython'), 'implementation, pypy, cpython, blue', ['implementation, cpython, pypy, blue', 'order of implementations']],

  ['shields', 'frameworkversions/django', framework('Django', 'Django :: 1.10', 'Django :: 1.11'), 'django versions, 1.10 | 1.11, blue'],
  ['shields', 'frameworkversions/django', framework('Django :: 2.0', 'Django :: 1.9', 'Django :: 10', 'Django :: 1.11', 'Django :: 2.1', 'Django :: 2.11'), 'django versions, 1.9 | 1.11 | 2.0 | 2.1 | 2.11 | 10, blue'],
  ['shields', 'frameworkversions/django-cms', framework('Django CMS :: 3.9', 'Django CMS :: 3.10'), 'django cms versions, 3.9 | 3.10, blue'],
  ['shields', 'frameworkversions/jupyterlab', framework('Jupyter :: JupyterLab :: 3'), 'jupyterlab versions, 3, blue'],
  ['shields', 'frameworkversions/django', {},                 'versions, Django versions are missing for a, lightgrey', ['django versions, missing, red', 'no framework version is named']],

  ['shields', 'wheel', { packageTypes: ['bdist_wheel', 'sdist'] }, 'wheel, yes, brightgreen'],
  ['shields', 'wheel', { packageTypes: ['sdist'] },           'wheel, no, red'],
  ['shields', 'format', { packageTypes: ['bdist_egg', 'sdist'] }, 'format, egg, red'],
  ['shields', 'format', { packageTypes: ['sdist'] },          'format, source, yellow'],
  ['pypip', 'egg', { packageTypes: ['bdist_egg'] },           'egg, yes, red'],
  ['pypip', 'egg', { packageTypes: ['sdist'] },               'egg, no, brightgreen'],
  ['shields', 'types', { classifiers: ['Typing :: Typed'] },  'types, typed, brightgreen'],
  ['shields', 'types', {},                                    'types, untyped, red'],
])('%s %s of %j: %s', (grammar, kind, facts, theirs, instead) => {
  expectShown(badgeOf([grammar, kind], facts), theirs, instead);
});

// prettier-ignore
test.each<[Grammar, string, number, string, Instead?]>([
  ['shields', 'dm', 0,              'downloads, 0/month, red'],
  ['shields', 'dm', 9,              'downloads, 9/month, yellow'],
  ['shields', 'dm', 99,             'downloads, 99/month, yellowgreen'],
  ['shields', 'dm', 999,            'downloads, 999/month, green'],
  ['shields', 'dm', 1000,           'downloads, 1k/month, brightgreen'],
  ['shields', 'dm', 1100,           'downloads, 1.1k/month, brightgreen'],
  ['shields', 'dm', 10_100,         'downloads, 10k/month, brightgreen'],
  ['shields', 'dm', 999_499,        'downloads, 999k/month, brightgreen'],
  ['shields', 'dm', 999_500,        'downloads, 1M/month, brightgreen'],
  ['shields', 'dm', 1_578_896_212,  'downloads, 1.6G/month, brightgreen'],
  ['shields', 'dm', 15_788_962_120, 'downloads, 16G/month, brightgreen'],
  ['pypip',   'd',  999,            'downloads, 999/month, brightgreen'],
  ['pypip',   'd',  12_345,         'downloads, 12.3k/month, brightgreen'],
  ['pypip',   'd',  999_950,        'downloads, 1000k/month, brightgreen', ['downloads, 1M/month, brightgreen', 'a million downloads']],
])('%s %s of %d: %s', (grammar, kind, count, theirs, instead) => {
  const facts = { lastDay: count, lastWeek: count, lastMonth: count };
  expectShown(downloadBadgeOf([grammar, kind], facts), theirs, instead);
});

// prettier-ignore
test.each<[string, string, Instead?]>([
  ['label-message-blue',                   'label, message, blue'],
  ['label-message-whitesmoke',             'label, message, whitesmoke', ['label, message, #f5f5f5', 'colors in the JSON']],
  ['label-message-rgb(123,123,123)',       'label, message, rgb(123,123,123)', ['label, message, #7b7b7b', 'colors in the JSON']],
  ['all one color-red',                    ', all one color, red'],
  ['label-message-notacolor',              'label, message, ', ['label, message, brightgreen', 'colors in the JSON']],
  ['label--blue',                          'label, , blue'],
  ['-message-blue',                        ', message, blue'],
  ['LiCeNsE-mIt-blue',                     'LiCeNsE, mIt, blue'],
  ['best--license-Apache--2.0-blue',       'best-license, Apache-2.0, blue'],
  ['Python-3.6+-blue',                     'Python, 3.6+, blue'],
  ['a-b-f00f00',                           'a, b, #f00f00'],
  ['a-b-4c1',                              'a, b, #4c1'],
  ['a-b-informational',                    'a, b, blue'],
  ['a-b-lightgray',                        'a, b, lightgrey'],
])('shields.io reads %s as %s', (text, theirs, instead) => {
  const { label = '', message = '', color = '' } = parseShields(text) ?? {};
  expectShown([label, message, color], theirs, instead);
});

test.each([
  ['_single leading underscore', ' single leading underscore'],
  ['single trailing underscore_', 'single trailing underscore '],
  ['__double leading underscores', '_double leading underscores'],
  ['double trailing underscores__', 'double trailing underscores_'],
  ['treble___underscores', 'treble_ underscores'],
  ['fourfold____underscores', 'fourfold__underscores'],
  ['double--dashes', 'double-dashes'],
  ['fourfold----dashes', 'fourfold--dashes'],
  ['once_in_a_blue--moon', 'once in a blue-moon'],
])('shields.io shows %s as %s', (text, message) => {
  expect(parseStatic(`label-${text}-blue`)?.message).toBe(message);
});

test('every row of the differences has its reason', () => {
  const rows = DOCUMENT.slice(DOCUMENT.indexOf('## Differences by choice'))
    .split('\n')
    .filter((line) => line.startsWith('| '));
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) expect(row.split(' | ')).toHaveLength(4);
});
