import { describe, expect, test } from 'vitest';

import { findKind, KINDS } from '../../../src/badges/catalogue.ts';
import type { Dialect } from '../../../src/badges/kind.ts';

// prettier-ignore
const CONTRACT = [
  ['v version',      'v',                 'pypi',           'pypi'],
  ['d download',     '',                  'downloads',      'pypistats'],
  ['',               'dd',                'downloads',      'pypistats'],
  ['',               'dw',                'downloads',      'pypistats'],
  ['',               'dm',                'downloads',      'pypistats'],
  ['license',        'l license',         'license',        'pypi'],
  ['py_versions',    'pyversions python', 'python',         'pypi'],
  ['implementation', 'implementation',    'implementation', 'pypi'],
  ['status',         'status',            'status',         'pypi'],
  ['wheel',          'wheel',             'wheel',          'pypi'],
  ['egg',            'egg',               'egg',            'pypi'],
  ['format',         'format',            'format',         'pypi'],
  ['types',          'types',             'types',          'pypi'],
  ['requires',       'requires',          'python',         'pypi'],
  ['',               'frameworkversions/aws-cdk',           'aws-cdk versions',    'pypi'],
  ['',               'frameworkversions/django djversions', 'django versions',     'pypi'],
  ['',               'frameworkversions/django-cms',        'django-cms versions', 'pypi'],
  ['',               'frameworkversions/jupyterlab',        'jupyterlab versions', 'pypi'],
  ['',               'frameworkversions/odoo',              'odoo versions',       'pypi'],
  ['',               'frameworkversions/plone',             'plone versions',      'pypi'],
  ['',               'frameworkversions/wagtail',           'wagtail versions',    'pypi'],
  ['',               'frameworkversions/zope',              'zope versions',       'pypi'],
] as const;

const namesIn = (list: string): string[] => list.split(' ').filter((name) => name !== '');

test.each(CONTRACT)(
  'pypip.in [%s] and shields.io [%s] are one kind',
  (pypip, shields, label, source) => {
    const kinds = new Set([
      ...namesIn(pypip).map((name) => findKind('pypip', name)),
      ...namesIn(shields).map((name) => findKind('shields', name)),
    ]);
    expect([...kinds]).toEqual([expect.objectContaining({ label, source })]);
  },
);

test("badge.fury.io's only kind is the version", () => {
  expect(findKind('fury', 'version')).toMatchObject({ id: 'fury-version', label: 'pypi package' });
});

describe('the catalogue', () => {
  test('has as many kinds as the contract, and the one of badge.fury.io', () => {
    expect(KINDS).toHaveLength(CONTRACT.length + 1);
  });

  test('has no id twice', () => {
    expect(new Set(KINDS.map((kind) => kind.id)).size).toBe(KINDS.length);
  });

  test.each(['pypip', 'shields'] as const)('has no name of %s twice, and no other', (dialect) => {
    const names = KINDS.flatMap((kind) => kind[dialect]).toSorted();
    const column = dialect === 'pypip' ? 0 : 1;
    expect(names).toEqual(CONTRACT.flatMap((row) => namesIn(row[column])).toSorted());
    expect(new Set(names).size).toBe(names.length);
  });
});

test.each<[Dialect, string]>([
  ['pypip', 'dm'],
  ['pypip', 'V'],
  ['pypip', ''],
  ['pypip', 'constructor'],
  ['pypip', '__proto__'],
  ['shields', 'version'],
  ['shields', 'py_versions'],
  ['shields', 'frameworkversions'],
  ['shields', 'frameworkversions/flask'],
  ['fury', 'wheel'],
])('%s knows no kind %j', (dialect, name) => {
  expect(findKind(dialect, name)).toBeUndefined();
});
