import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRelease, normalizeName } from '../../../src/facts/names.ts';

describe('names of projects (PEP 503)', () => {
  test.each([
    ['requests', 'requests'],
    ['Flask_Login', 'flask-login'],
    ['flask.login', 'flask-login'],
    ['zope.interface', 'zope-interface'],
    ['a--._b', 'a-b'],
    ['A', 'a'],
    ['3to2', '3to2'],
    ['x'.repeat(100), 'x'.repeat(100)],
  ])('%s is %s', (name, normalized) => {
    expect(normalizeName(name)).toBe(normalized);
  });

  test.each([
    [''],
    ['.'],
    ['..'],
    ['-a'],
    ['a-'],
    ['a/b'],
    ['a b'],
    ['a\u0000'],
    ['%2f'],
    ['naïve'],
    ['🐍'],
    ['x'.repeat(101)],
    ['a\n'],
  ])('%j is invalid', (name) => {
    expect(normalizeName(name)).toBeUndefined();
  });

  test('normalizing twice changes nothing, and the result is safe in a path and a key', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('aZ09._-/%:\u0000é')) }),
        (name) => {
          const normalized = normalizeName(name);
          if (normalized === undefined) return;
          expect(normalized).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
          expect(normalizeName(normalized)).toBe(normalized);
        },
      ),
    );
  });
});

describe('releases', () => {
  test.each([['2.31.0'], ['1!0.5'], ['1.0+local'], ['2.5.2-1'], ['.1'], ['2023-01-02'], ['v1.0']])(
    '%s is valid',
    (text) => {
      expect(isRelease(text)).toBe(true);
    },
  );

  test.each([[''], ['..'], ['1/2'], ['1..2'], ['1 0'], ['1\u0000'], ['9'.repeat(101)]])(
    '%j is invalid',
    (text) => {
      expect(isRelease(text)).toBe(false);
    },
  );
});
