import { describe, expect, test } from 'vitest';

import { findKind } from '../../../src/badges/catalog.ts';
import { badgeOf, simpleBadgeOf } from './badge-of.ts';

// prettier-ignore
const RELEASES = [
  ['1.2.3',          'v1.2.3',          'blue'],
  ['2025.10.5',      'v2025.10.5',      'blue'],
  ['20240101',       'v20240101',       'blue'],
  ['1.0.post1',      'v1.0.post1',      'blue'],
  ['2.5.2-1',        'v2.5.2-1',        'blue'],
  ['1.0+local',      'v1.0+local',      'blue'],
  ['1!2.0',          'v1!2.0',          'blue'],
  ['v1.0',           'v1.0',            'blue'],
  ['10.0',           'v10.0',           'blue'],
  ['0',              'v0',              'orange'],
  ['0.1',            'v0.1',            'orange'],
  ['00.1',           'v00.1',           'orange'],
  ['v0.9',           'v0.9',            'orange'],
  ['0.9+cu118',      'v0.9+cu118',      'orange'],
  ['0.3.post1',      'v0.3.post1',      'orange'],
  ['1!0.5',          'v1!0.5',          'orange'],
  ['2.0rc1',         'v2.0rc1',         'orange'],
  ['1.0a1',          'v1.0a1',          'orange'],
  ['1.0b1',          'v1.0b1',          'orange'],
  ['19.10b0',        'v19.10b0',        'orange'],
  ['1.0.dev1',       'v1.0.dev1',       'orange'],
  ['1.0.0-alpha.1',  'v1.0.0-alpha.1',  'orange'],
  ['1.0b1.post1',    'v1.0b1.post1',    'orange'],
  ['1.0.post1.dev2', 'v1.0.post1.dev2', 'orange'],
  ['2023-01-02',     'v2023-01-02',     'lightgrey'],
  ['1.0-SNAPSHOT',   'v1.0-SNAPSHOT',   'lightgrey'],
  ['.1',             '.1',              'lightgrey'],
  ['dev',            'dev',             'lightgrey'],
] as const;

test.each(RELEASES)('/pypi/v shows %s as %s, %s', (version, message, color) => {
  expect(badgeOf(['shields', 'v'], { version })).toEqual(['pypi', message, color]);
});

describe.each(['v', 'version'])('/%s', (name) => {
  test.each(RELEASES)('shows %s unchanged in brightgreen', (version) => {
    expect(badgeOf(['pypip', name], { version })).toEqual(['pypi', version, 'brightgreen']);
  });

  test.each([
    ['version', 'version'],
    ['pypi', 'pypi'],
  ] as const)('?text=%s makes the label %s', (text, label) => {
    expect(badgeOf(['pypip', name], { version: '1.2.3' }, { text })[0]).toBe(label);
  });
});

test.each(RELEASES)('/py shows %s like /version, with its own label', (version) => {
  expect(badgeOf(['fury', 'version'], { version })).toEqual([
    'pypi package',
    version,
    'brightgreen',
  ]);
});

test.each([
  ['shields', 'v', 'pypi'],
  ['fury', 'version', 'pypi package'],
] as const)('URLs of %s ignore ?text=', (grammar, name, label) => {
  expect(badgeOf([grammar, name], {}, { text: 'version' })[0]).toBe(label);
});

// prettier-ignore
test.each([
  ['shields', 'v',       undefined, 'v1.2.3'],
  ['shields', 'v',       'v',       'v1.2.3'],
  ['shields', 'v',       'none',    '1.2.3'],
  ['pypip',   'version', undefined, '1.2.3'],
  ['pypip',   'version', 'v',       'v1.2.3'],
  ['pypip',   'version', 'none',    '1.2.3'],
  ['fury',    'version', undefined, '1.2.3'],
  ['fury',    'version', 'v',       'v1.2.3'],
  ['fury',    'version', 'none',    '1.2.3'],
] as const)('%s /%s with prefix=%s shows %s', (grammar, name, prefix, message) => {
  const options = prefix === undefined ? {} : { prefix };
  expect(badgeOf([grammar, name], { version: '1.2.3' }, options)[1]).toBe(message);
});

test('?prefix=v adds no second v', () => {
  expect(badgeOf(['pypip', 'v'], { version: 'v1.0' }, { prefix: 'v' })[1]).toBe('v1.0');
});

test.each([
  ['shields', 'v', '1.2.3', 'v1.2.3 (yanked)'],
  ['shields', 'v', '21.11b0', 'v21.11b0 (yanked)'],
  ['shields', 'v', 'odd', 'odd (yanked)'],
  ['pypip', 'v', '1.2.3', '1.2.3 (yanked)'],
  ['pypip', 'version', '0.2.0.dev0', '0.2.0.dev0 (yanked)'],
  ['fury', 'version', '1.2.3', '1.2.3 (yanked)'],
] as const)('a yanked release on %s /%s: %s is %s, red', (grammar, name, version, message) => {
  const [, shown, color] = badgeOf([grammar, name], { version, yanked: true });
  expect([shown, color]).toEqual([message, 'red']);
});

describe('with ?include_prereleases', () => {
  test.each([
    ['shields', 'v', '2.0rc1', 'v2.0rc1', 'orange'],
    ['shields', 'v', '1.0', 'v1.0', 'blue'],
    ['pypip', 'version', '2.0rc1', '2.0rc1', 'brightgreen'],
  ] as const)('%s shows %s %s as %s, %s', (grammar, name, latestPre, message, color) => {
    expect(simpleBadgeOf([grammar, name], { latestPre })).toEqual(['pypi', message, color]);
  });

  test('leaves it to the latest release where every one is yanked, or the project in quarantine', () => {
    expect(simpleBadgeOf(['pypip', 'v'], { latestPre: null })).toBeUndefined();
    const quarantined = { latestPre: '1.0', status: 'quarantined' } as const;
    expect(simpleBadgeOf(['pypip', 'v'], quarantined)).toBeUndefined();
  });

  test('a release in the URL is shown as it is', () => {
    const kind = findKind('pypip', 'v');
    const { isAsked } = (kind?.facts === 'project' && kind.simple) || {};
    const options = { grammar: 'pypip', include_prereleases: true } as const;
    expect(isAsked?.(options, undefined)).toBe(true);
    expect(isAsked?.(options, '1.0')).toBe(false);
    expect(isAsked?.({ grammar: 'pypip' }, undefined)).toBe(false);
  });
});
