import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanText, MAX_CODE_POINTS } from '../../../src/imaging/text.ts';

test.each([
  ['plain ASCII stays', 'pypi v2.32.3', 'pypi v2.32.3'],
  ['nothing stays nothing', '', ''],
  ['white space alone is nothing', ' \t\n ', ''],
  ['ends are trimmed', '  a b  ', 'a b'],
  ['line breaks and tabs become spaces', 'a\tb\nc\rd\u2028e\u0085f', 'a b c d e f'],
  ['control characters go', 'a\0b\u001bc\u007fd\u009be', 'abcde'],
  ['what XML cannot say goes', 'a\ufffeb\uffffc', 'abc'],
  ['lone surrogates go, pairs stay', 'a\ud800b\udc00c😀', 'abc😀'],
  ['direction overrides and isolates go', 'a\u202eb\u2066c\u2069\u202c', 'abc'],
  ['direction marks stay', 'a\u200fb', 'a\u200fb'],
  ['NFC', 'cafe\u0301', 'café'],
  ['four marks in a row at most', `x${'\u0333'.repeat(40)}y`, `x${'\u0333'.repeat(4)}y`],
  ['markup is text', '<script>]]>&amp;', '<script>]]>&amp;'],
])('%s', (_, text, clean) => {
  expect(cleanText(text)).toBe(clean);
});

test.each([
  ['ASCII of the longest length stays', 'x'.repeat(256), 'x'.repeat(256)],
  ['longer ASCII ends in an ellipsis', 'x'.repeat(257), `${'x'.repeat(255)}…`],
  ['astral code points count once', '😀'.repeat(256), '😀'.repeat(256)],
  ['and are not cut in two', '😀'.repeat(257), `${'😀'.repeat(255)}…`],
  ['no space before the ellipsis', 'ab '.repeat(100), `${'ab '.repeat(85).trimEnd()}…`],
])('clamped: %s', (_, text, clean) => {
  expect(cleanText(text)).toBe(clean);
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 600 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 600 })
    .map((units) => String.fromCharCode(...units)),
  fc
    .array(fc.constantFrom('a', ' ', '\t', '\u0301', '\u202e', '\ud83d', '\ude00', '\u0000'))
    .map((parts) => parts.join('')),
);

test('whatever comes in, what comes out is clean', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const clean = cleanText(text);
      expect(clean.isWellFormed()).toBe(true);
      expect(clean).toBe(clean.normalize('NFC'));
      expect(clean).toBe(clean.trim());
      expect(Array.from(clean).length).toBeLessThanOrEqual(MAX_CODE_POINTS);
      expect(clean).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069\ufffe\uffff]|\p{M}{5}/u);
      expect(cleanText(clean)).toBe(clean);
    }),
  );
});

test('megabytes cost no more than what is shown of them', () => {
  expect(cleanText(`é${'x'.repeat(5_000_000)}`)).toHaveLength(MAX_CODE_POINTS);
});
