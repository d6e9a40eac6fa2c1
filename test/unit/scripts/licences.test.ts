import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { type Dependency, faultOf, readDependencies } from '../../../scripts/licences.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

function lockOf(packages: Record<string, object>): string {
  return JSON.stringify({ packages: { '': { name: 'pypins', version: '0.1.0' }, ...packages } });
}

function faultUnder(name: string, licence: string): string | undefined {
  return faultOf({ name, version: '1.0.0', licence, isDistributed: true });
}

test.each([
  ['a', 'MIT'],
  ['a', '(MIT OR GPL-3.0-only)'],
  ['a', 'ISC AND Apache-2.0'],
  ['@img/sharp-libvips-linux-x64', 'LGPL-3.0-or-later'],
  ['@img/sharp-win32-x64', 'Apache-2.0 AND LGPL-3.0-or-later'],
  ['@expo-google-fonts/arimo', 'MIT AND OFL-1.1'],
])('permitted: %s under %s', (name, licence) => {
  expect(faultUnder(name, licence)).toBeUndefined();
});

test.each([
  ['GPL-3.0-only', 'not permitted'],
  ['AGPL-3.0-or-later', 'not permitted'],
  ['MIT AND GPL-2.0-only', 'not permitted'],
  ['LGPL-3.0-or-later', 'not permitted'],
  ['UNLICENSED', 'not an SPDX expression'],
  ['SEE LICENSE IN LICENSE', 'not an SPDX expression'],
  ['none', 'not an SPDX expression'],
  ['', 'not an SPDX expression'],
])('refused: %s', (licence, fault) => {
  expect(faultUnder('a', licence)).toBe(`a@1.0.0: ${fault}: ${licence}`);
});

test('the lock names packages by their folders, and versions that are there twice once', () => {
  const lock = lockOf({
    'node_modules/b': { version: '1.0.0', license: 'MIT' },
    'node_modules/@c/d/node_modules/b': { version: '2.0.0', license: 'ISC', dev: true },
    'node_modules/e/node_modules/b': { version: '1.0.0', license: 'MIT' },
    'node_modules/@c/d': { version: '3.0.0', license: 'MIT' },
  });
  expect(readDependencies(lock)).toEqual<Dependency[]>([
    { name: '@c/d', version: '3.0.0', licence: 'MIT', isDistributed: true },
    { name: 'b', version: '1.0.0', licence: 'MIT', isDistributed: true },
    { name: 'b', version: '2.0.0', licence: 'ISC', isDistributed: false },
  ]);
});

test.each([
  ['a build for a platform has that of the package which chooses it', 'a-linux', '1.0.0', 'ISC'],
  ['what was read in a version counts', 'color-convert', '0.5.3', 'MIT'],
  ['what was read in another version does not', 'color-convert', '0.5.4', 'none'],
  ['nobody says one', 'b', '1.0.0', 'none'],
])('no licence in the lock: %s', (_, name, version, licence) => {
  const [found] = readDependencies(
    lockOf({
      [`node_modules/${name}`]: { version },
      'node_modules/z': {
        version: '1.0.0',
        license: 'ISC',
        optionalDependencies: { 'a-linux': '1.0.0' },
      },
    }),
  );
  expect(found?.licence).toBe(licence);
});

test('the fonts’ licences are where the page says', () => {
  const page = readFileSync(resolve(ROOT, 'docs/licences.md'), 'utf8');
  const places = [...page.matchAll(/`(LICENSE\w*)` in `([^`]+)`/g)];
  expect(places).toHaveLength(2);
  for (const [, file = '', name = ''] of places) {
    expect(existsSync(resolve(ROOT, 'node_modules', name, file))).toBe(true);
  }
});
