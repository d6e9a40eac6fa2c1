import { gt, valid } from '@renovatebot/pep440';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isHigher, readVersion } from '../../../../src/facts/simple/versions.ts';

test.each([
  ['1.0', '1.0.0', true],
  ['1', 'v1.0', true],
  ['1.0rc1', '1.0-RC.1', true],
  ['1.0-1', '1.0.post1', true],
  ['1.0+Local.1', '1.0+local-1', true],
  ['0', '0.0', true],
  ['1.0', '1.1', false],
  ['1.0', '1.0rc1', false],
  ['1.0', '1.0+local', false],
  ['1.0', '1!1.0', false],
  ['r2', 'R2', false],
])('%s and %s have the same key: %s', (one, other, isSame) => {
  expect(readVersion(one).key === readVersion(other).key).toBe(isSame);
});

test('versions of PEP 440 are higher as the library has it', () => {
  const number = fc.integer({ min: 0, max: 12 });
  const release = fc.array(number, { minLength: 1, maxLength: 4 }).map((some) => some.join('.'));
  const suffix = fc.constantFrom('', 'a1', 'rc2', '.post1', '.dev3', '+local.1', 'rc2.dev1');
  const version = fc
    .tuple(fc.constantFrom('', '', '1!'), release, suffix)
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(version, version, (one, other) => {
      const [read, otherRead] = [readVersion(one), readVersion(other)];
      expect(read.isPep440).toBe(valid(one) !== null);
      const isSame = !gt(one, other) && !gt(other, one);
      expect(read.key === otherRead.key).toBe(isSame);
      expect(isHigher(read, otherRead)).toBe(gt(one, other));
    }),
  );
});
