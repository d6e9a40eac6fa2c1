import { describe, expect, test } from 'vitest';

import { findKind, KINDS } from '../../../src/badges/catalog.ts';
import type { Grammar } from '../../../src/badges/kind.ts';
import { PAGES } from '../../../src/http/urls/paths.ts';

// prettier-ignore
const CONTRACT = [
  ['v version',      'v',                 'pypi',           'project'],
  ['d download',     '',                  'downloads',      'downloads'],
  ['',               'dd',                'downloads',      'downloads'],
  ['',               'dw',                'downloads',      'downloads'],
  ['',               'dm',                'downloads',      'downloads'],
  ['license',        'l license',         'license',        'project'],
  ['py_versions',    'pyversions python py_versions','python',         'project'],
  ['implementation', 'implementation',    'implementation', 'project'],
  ['status',         'status',            'status',         'project'],
  ['wheel',          'wheel',             'wheel',          'project'],
  ['egg',            'egg',               'egg',            'project'],
  ['format',         'format',            'format',         'project'],
  ['types',          'types',             'types',          'project'],
  ['requires',       'requires',          'python',         'project'],
  ['released',       'released',          'released',       'project'],
  ['size',           'size',              'size',           'project'],
  ['provenance',     'provenance',        'provenance',     'simple'],
  ['',               'frameworkversions/aws-cdk',           'aws cdk versions',    'project'],
  ['',               'frameworkversions/django djversions', 'django versions',     'project'],
  ['',               'frameworkversions/django-cms',        'django cms versions', 'project'],
  ['',               'frameworkversions/jupyterlab',        'jupyterlab versions', 'project'],
  ['',               'frameworkversions/odoo',              'odoo versions',       'project'],
  ['',               'frameworkversions/plone',             'plone versions',      'project'],
  ['',               'frameworkversions/wagtail',           'wagtail versions',    'project'],
  ['',               'frameworkversions/zope',              'zope versions',       'project'],
] as const;

const namesIn = (list: string): string[] => list.split(' ').filter((name) => name !== '');

test.each(CONTRACT)(
  'pypip.in [%s] and shields.io [%s] are one kind',
  (pypip, shields, label, facts) => {
    const kinds = new Set([
      ...namesIn(pypip).map((name) => findKind('pypip', name)),
      ...namesIn(shields).map((name) => findKind('shields', name)),
    ]);
    expect([...kinds]).toEqual([expect.objectContaining({ label, facts })]);
  },
);

test("badge.fury.io's only kind is the version", () => {
  expect(findKind('fury', 'version')).toMatchObject({ id: 'fury-version', label: 'pypi package' });
});

describe('the catalog', () => {
  test('has unique ids', () => {
    expect(new Set(KINDS.map((kind) => kind.id)).size).toBe(KINDS.length);
  });

  test.each(['pypip', 'shields'] as const)('has unique names of %s', (grammar) => {
    const names = KINDS.flatMap((kind) => kind.names[grammar] ?? []);
    expect(new Set(names).size).toBe(names.length);
  });
});

test('no kind of pypip.in has the name of a page', () => {
  const names = KINDS.flatMap((kind) => kind.names.pypip ?? []);
  // `/status` is a page, `/status/requests/badge.svg` a badge.
  const pages = new Set<string>(PAGES.filter((page) => page.endsWith('/*')));
  expect(names.filter((name) => pages.has(`/${name}/*`))).toEqual([]);
});

test.each<[Grammar, string]>([
  ['pypip', 'dm'],
  ['pypip', 'V'],
  ['pypip', ''],
  ['pypip', 'constructor'],
  ['pypip', '__proto__'],
  ['shields', 'version'],
  ['shields', 'frameworkversions'],
  ['shields', 'frameworkversions/flask'],
  ['fury', 'wheel'],
])('%s has no kind %j', (grammar, name) => {
  expect(findKind(grammar, name)).toBeUndefined();
});
