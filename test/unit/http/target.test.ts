import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeUnreserved } from '../../../src/http/target.ts';

test.each([
  ['/version/%72equests/badge%2E%73vg?%6Cabel=%61', '/version/requests/badge.svg?label=a'],
  ['/a%2Fb%2f%3F%26%3d%23%25?a%20b+c', '/a%2Fb%2f%3F%26%3d%23%25?a%20b+c'],
  ['/%2541', '/%2541'],
  ['/%%34%31', '/%%341'],
  ['/%3%34', '/%3%34'],
  ['/%4g%4G%', '/%4g%4G%'],
  ['/%E2%82%AC', '/%E2%82%AC'],
])('decodes %s to %s', (target, decoded) => {
  expect(decodeUnreserved(target)).toBe(decoded);
});

test('a second time changes nothing', () => {
  const part = fc.constantFrom('%', '2', '3', '4', '5', 'a', 'E', '%34', '%61', '%2e', '%25', '/');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const once = decodeUnreserved(parts.join(''));
      expect(decodeUnreserved(once)).toBe(once);
    }),
    { numRuns: 5_000 },
  );
});
