import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { faultOf } from '../../../scripts/licenses.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

function faultUnder(name: string, license: string): string | undefined {
  return faultOf({ name, version: '1.0.0', license, isDistributed: true });
}

test.each([
  ['a', 'MIT'],
  ['a', '(MIT OR GPL-3.0-only)'],
  ['a', 'ISC AND Apache-2.0'],
  ['@img/sharp-libvips-linux-x64', 'LGPL-3.0-or-later'],
  ['@img/sharp-win32-x64', 'Apache-2.0 AND LGPL-3.0-or-later'],
  ['@expo-google-fonts/arimo', 'MIT AND OFL-1.1'],
])('permitted: %s under %s', (name, license) => {
  expect(faultUnder(name, license)).toBeUndefined();
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
])('refused: %s', (license, fault) => {
  expect(faultUnder('a', license)).toBe(`a@1.0.0: ${fault}: ${license}`);
});

test('the licenses of the fonts are in the files that the page names', () => {
  const page = readFileSync(resolve(ROOT, 'docs/licenses.md'), 'utf8');
  const places = [...page.matchAll(/`(LICENSE\w*)` in `([^`]+)`/g)];
  expect(places).toHaveLength(2);
  for (const [, file = '', name = ''] of places) {
    expect(existsSync(resolve(ROOT, 'node_modules', name, file))).toBe(true);
  }
});
