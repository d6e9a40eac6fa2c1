import { expect, test } from 'vitest';
import { findLockFaults } from '../../../scripts/check-lock.ts';

function faultsOf(entry: object, permitted?: ReadonlyMap<string, string>): string[] {
  const packages = { '': { name: 'ourselves' }, 'node_modules/a': entry };
  return findLockFaults(JSON.stringify({ packages }), permitted);
}

test.each([
  ['no integrity', {}, ['node_modules/a: no sha512']],
  ['a digest that can be forged', { integrity: 'sha1-AAAA' }, ['node_modules/a: no sha512']],
  [
    'another place than the registry',
    { integrity: 'sha512-AAAA', resolved: 'git+ssh://a.invalid/a' },
    ['node_modules/a: not from the registry, but git+ssh://a.invalid/a'],
  ],
  [
    'a script',
    { integrity: 'sha512-AAAA', hasInstallScript: true },
    ['node_modules/a: its install script does not run (.npmrc)'],
  ],
  [
    'an optional package that has none',
    { integrity: 'sha512-AAAA', optionalDependencies: { b: '1.0.0' } },
    ['node_modules/a: lacks its optional b'],
  ],
  ['all that is wanted', { integrity: 'sha512-AAAA' }, []],
])('an entry of the lock file with %s', (_, entry, faults) => {
  expect(faultsOf(entry)).toEqual(faults);
});

test('a permission is for one path, and ends when it is not needed', () => {
  const permitted = new Map([['node_modules/a', 'why']]);
  expect(faultsOf({}, permitted)).toEqual([]);
  expect(faultsOf({ integrity: 'sha512-AAAA' }, permitted)).toEqual([
    'node_modules/a: is permitted to have faults, and has none',
  ]);
});
