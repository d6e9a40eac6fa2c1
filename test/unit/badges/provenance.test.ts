import { expect, test } from 'vitest';
import { simpleBadgeOf } from './badge-of.ts';

test.each([
  ['all', 'attested', 'brightgreen'],
  ['some', 'partly', 'yellow'],
  ['none', 'none', 'lightgrey'],
] as const)('attestations of %s files: %s, %s', (attested, message, color) => {
  for (const grammar of ['pypip', 'shields'] as const) {
    const badge = simpleBadgeOf([grammar, 'provenance'], { release: '1.0', attested });
    expect(badge).toEqual(['provenance', message, color]);
  }
});

test('without a release there is no badge', () => {
  expect(simpleBadgeOf(['pypip', 'provenance'], { release: null })).toBeUndefined();
});
