import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseShields, parseShieldsBadge, parseStatic } from '../../../src/badges/static.ts';

test.each([
  ['docs-passing-brightgreen', 'docs', 'passing', 'brightgreen'],
  ['a-b-red', 'a', 'b', 'red'],
  ['b-red', '', 'b', 'red'],
  ['-msg-blue', '', 'msg', 'blue'],
  ['-blue', '', '', 'blue'],
  ['label--blue', 'label', '', 'blue'],
  ['a----b', 'a', '-', 'b'],
  ['a---b', '', 'a-', 'b'],
  ['a---b-red', 'a', '-b', 'red'],
  ['a-b---red', 'a', 'b-', 'red'],
  ['a--b-c__d_e-blue', 'a-b', 'c_d e', 'blue'],
  ['x-1.0-blue', 'x', '1.0', 'blue'],
  ['code style-black-000', 'code style', 'black', '000'],
  ['a/b-c-blue', 'a/b', 'c', 'blue'],
  ['🐍-yes-green', '🐍', 'yes', 'green'],
])('%s has label %j, message %j and color %s', (content, label, message, color) => {
  expect(parseStatic(content)).toEqual({ label, message, color });
});

test.each([
  ['four parts', 'a-b-c-d-red'],
  ['one part', 'only'],
  ['nothing', ''],
  ['a dash', '-'],
  ['no color', 'a-b-'],
  ['a dot in the color', 'a-b-red.x'],
  ['more than 2 KiB', `a-b-${'c'.repeat(2048)}`],
])('rejects %s', (_, content) => {
  expect(parseStatic(content)).toBeUndefined();
});

test.each([
  ['a-b-notacolor', 'brightgreen'],
  ['a-b-Red', 'red'],
  ['a-b-success', 'brightgreen'],
  ['a-b-FF69B4', '#ff69b4'],
  ['a-b-rgb(123,123,123)', '#7b7b7b'],
])('%s has the color %s', (text, color) => {
  expect(parseShields(text)?.color).toBe(color);
});

test.each([
  ['os-linux/mac-blue', { label: 'os', message: 'linux/mac', color: 'blue' }],
  ['see-https://x.org-blue', { label: 'see', message: 'https://x.org', color: 'blue' }],
  ['a-b/c/d/e-notacolor', { label: 'a', message: 'b/c/d/e', color: 'brightgreen' }],
  ['os-linux/mac-notacolor', undefined],
  ['chat/on-matrix/green', undefined],
  ['a/b', undefined],
])('a path of shields.io with slashes: %s is %j', (path, content) => {
  expect(parseShieldsBadge(path.split('/'))).toEqual(content);
});

/** shields.io's own expression, which takes quadratic time on dashes. */
const SHIELDS = /^((?:[^-]|--)*?)-?((?:[^-]|--)*)-((?:[^-.]|--)+)$/;

test('agrees with shields.io’s expression if the color contains no dashes', () => {
  const decode = (text: string) =>
    text.replace(/__|_|--/g, (match) => ({ __: '_', _: ' ', '--': '-' })[match] ?? '');
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', '-', '-', '_', '.'), maxLength: 14 }),
      (start) => {
        const content = `${start}b`;
        const match = SHIELDS.exec(content);
        const expected = match && {
          label: decode(match[1] ?? ''),
          message: decode(match[2] ?? ''),
          color: match[3],
        };
        expect(parseStatic(content)).toEqual(expected ?? undefined);
      },
    ),
    { numRuns: 1_000 },
  );
});

test('takes linear time on dashes', () => {
  expect(parseStatic('-'.repeat(2_047))).toBeUndefined();
  expect(parseStatic(`${'--'.repeat(1_000)}-red`)).toMatchObject({ color: 'red' });
});
