import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanText, MAX_CODE_POINTS } from '../../../src/imaging/text.ts';

test.each([
  ['keeps plain ASCII', 'pypi v2.32.3', 'pypi v2.32.3'],
  ['keeps an empty text', '', ''],
  ['removes white space alone', ' \t\n ', ''],
  ['trims both ends', '  a b  ', 'a b'],
  ['replaces line breaks and tabs by spaces', 'a\tb\nc\rd\u2028e\u0085f', 'a b c d e f'],
  ['removes control characters', 'a\0b\u001bc\u007fd\u009be', 'abcde'],
  ['removes characters that are invalid in XML', 'a\ufffeb\uffffc', 'abc'],
  ['removes lone surrogates and keeps pairs', 'a\ud800b\udc00c😀', 'abc😀'],
  ['removes direction overrides and isolates', 'a\u202eb\u2066c\u2069\u202c', 'abc'],
  ['keeps direction marks', 'a\u200fb', 'a\u200fb'],
  ['normalizes to NFC', 'cafe\u0301', 'café'],
  ['keeps at most four marks in a row', `x${'\u0333'.repeat(40)}y`, `x${'\u0333'.repeat(4)}y`],
  ['keeps markup as text', '<script>]]>&amp;', '<script>]]>&amp;'],
])('%s', (_, text, clean) => {
  expect(cleanText(text)).toBe(clean);
});

test.each([
  ['keeps ASCII of the maximum length', 'x'.repeat(256), 'x'.repeat(256)],
  ['ends longer ASCII with an ellipsis', 'x'.repeat(257), `${'x'.repeat(255)}…`],
  ['counts astral code points once', '😀'.repeat(256), '😀'.repeat(256)],
  ['does not split astral code points', '😀'.repeat(257), `${'😀'.repeat(255)}…`],
  ['leaves no space before the ellipsis', 'ab '.repeat(100), `${'ab '.repeat(85).trimEnd()}…`],
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

test('returns a clean text for any text', () => {
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

test('cuts megabytes of text', () => {
  expect(cleanText(`é${'x'.repeat(5_000_000)}`)).toHaveLength(MAX_CODE_POINTS);
});
