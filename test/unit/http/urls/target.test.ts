import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalTarget } from '../../../../src/http/urls/target.ts';

describe('slashes', () => {
  test.each([
    ['/', '/'],
    ['', '/'],
    ['//', '/'],
    ['/pypi/v/requests/', '/pypi/v/requests'],
    ['//pypi//v///requests.json//?style=flat', '/pypi/v/requests.json?style=flat'],
    ['/version/requests/badge.svg/', '/version/requests/badge.svg'],
    ['/badge/see-https://x.org-blue', '/badge/see-https://x.org-blue'],
    ['//badge//see-https://x.org-blue//', '/badge/see-https://x.org-blue'],
    ['/:see-https://x.org-blue/', '/:see-https://x.org-blue'],
    ['/static//chat//on%20matrix//green/', '/static/chat/on%20matrix/green'],
    ['/badges//a', '/badges/a'],
    ['//api/packages//a/recent/?&period=day', '/api/packages//a/recent/?&period=day'],
    ['/api', '/api'],
    ['/v/a/badge.svg?label=a//b/', '/v/a/badge.svg?label=a//b/'],
  ])('%s is %s', (target, canonical) => {
    expect(canonicalTarget(target)).toBe(canonical);
  });
});

describe('origin and fragment', () => {
  test.each([
    ['http://x/v/a/badge.svg', '/v/a/badge.svg'],
    ['HTTPS://x?label=a', '/?label=a'],
    ['/v/a/badge.svg?label=a#b', '/v/a/badge.svg?label=a'],
    ['*', '/*'],
  ])('%s is %s', (target, canonical) => {
    expect(canonicalTarget(target)).toBe(canonical);
  });
});

/** A text as Node gives its raw UTF-8 bytes. */
const raw = (text: string) => Buffer.from(text).toString('latin1');

describe('escapes', () => {
  test.each([
    ['/badge/coverage-100%-green', 'coverage-100%-green'],
    ['/badge/test%20coverage-100%-green', 'test coverage-100%-green'],
    ['/badge/%zz%-%4-red', '%zz%-%4-red'],
    ['/badge/%%341-red', '%41-red'],
    ['/badge/a%2Fb-c-red', 'a/b-c-red'],
    ['/badge/%61%2D%7e-red', 'a-~-red'],
    ['/badge/%25-red', '%-red'],
    ['/badge/%2541-red', '%41-red'],
    ['/badge/100%beta-red', '100%beta-red'],
    ['/badge/%F0%9F%90%8D-%e4%bd%a0-%C3%BC', '🐍-你-ü'],
    ['/badge/%F0%9F%90-%e4%bd-%C3', '%F0%9F%90-%e4%bd-%C3'],
    ['/badge/%e4%bd%a0%ff%a0-red', '你%ff%a0-red'],
    ['/badge/%ed%a0%80%c0%ae-red', '%ed%a0%80%c0%ae-red'],
    [`/badge/${raw('🐍 你-ü')}`, '🐍 你-ü'],
    [`/badge/${raw('ü')}%C3%BC`, 'üü'],
    ['/badge/\xff-red', '%ff-red'],
  ])('%j decodes to %j', (target, text) => {
    expect(decodeURIComponent(canonicalTarget(target).slice('/badge/'.length))).toBe(text);
  });

  test('the query can be decoded as well', () => {
    expect(canonicalTarget(`/v/a/badge.svg?label=100%&x=${raw('ü')}`)).toBe(
      '/v/a/badge.svg?label=100%25&x=%c3%bc',
    );
  });
});

test('every target has one canonical form, which can be decoded', () => {
  const byte = fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code));
  const unit = fc.oneof(byte, fc.constantFrom('/', '%', '%2', 'badge', ':', '?', 'a', '%e4%bd%a0'));
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 40 }), (target) => {
      const canonical = canonicalTarget(`/${target}`);
      expect(canonicalTarget(canonical)).toBe(canonical);
      expect(canonical).toMatch(/^\/(?!\/)/);
      expect(() => decodeURIComponent(canonical)).not.toThrow();
    }),
  );
});

test('takes linear time', () => {
  for (const part of ['/', '%', '%e4', '\xff', '/a', '?', '#'])
    expect(canonicalTarget(`/${part.repeat(16_000)}x`).length).toBeLessThan(200_000);
});
