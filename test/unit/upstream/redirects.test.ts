import { expect, test } from 'vitest';
import { isSafeRedirect } from '../../../src/upstream/client.ts';

test.each([
  ['https://pypi.org/a', 'https://pypi.org/b', true],
  ['http://pypi.org/a', 'https://pypi.org/a', true],
  ['http://pypi.org:8080/a', 'https://pypi.org/a', true],
  ['https://pypi.org/a', 'http://pypi.org/a', false],
  ['https://pypi.org/a', 'http://pypi.org:443/a', false],
  ['https://pypi.org/a', 'https://pypi.org:8443/a', false],
  ['http://pypi.org/a', 'http://pypi.org:8080/a', false],
  ['http://pypi.org/a', 'https://evil.example/a', false],
  ['https://pypi.org/a', 'https://pypi.org.evil.example/a', false],
  ['https://pypi.org/a', 'file:///etc/passwd', false],
])('from %s to %s: followed is %s', (from, to, isFollowed) => {
  expect(isSafeRedirect(new URL(from), new URL(to))).toBe(isFollowed);
});
