import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalizeColor } from '../../../src/imaging/color.ts';

test.each([
  ['brightgreen', 'brightgreen'],
  ['green', 'green'],
  ['yellow', 'yellow'],
  ['yellowgreen', 'yellowgreen'],
  ['orange', 'orange'],
  ['red', 'red'],
  ['blue', 'blue'],
  ['grey', 'grey'],
  ['lightgrey', 'lightgrey'],
  ['gray', 'grey'],
  ['lightgray', 'lightgrey'],
  ['critical', 'red'],
  ['important', 'orange'],
  ['success', 'brightgreen'],
  ['informational', 'blue'],
  ['inactive', 'lightgrey'],
])('normalizes the name %s to %s', (text, color) => {
  expect(normalizeColor(text)).toBe(color);
});

test.each([
  ['abc', '#abc'],
  ['007EC6', '#007ec6'],
  ['#ABC', '#abc'],
  ['#11223380', '#11223380'],
  ['rebeccapurple', '#663399'],
  ['rgb(255, 0, 128)', '#ff0080'],
  ['rgba(255,0,0,0.5)', '#ff000080'],
  ['rgba(1,2,3,200%)', '#010203'],
  ['rgb(300,0,999)', '#ff00ff'],
  ['rgb(50%,50%,50%)', '#808080'],
  ['rgb(1 2 3 / 50%)', '#01020380'],
  ['rgba(1,2,3,0)', '#01020300'],
  ['hsl(1turn,100%,50%)', '#ff0000'],
  ['hsl(100grad,100%,50%)', '#80ff00'],
  ['Red', 'red'],
  ['BrightGreen', 'brightgreen'],
  ['RebeccaPurple', '#663399'],
  ['RGB(1,2,3)', '#010203'],
  ['rgb(100% 0% 0%)', '#ff0000'],
  ['hsl(120,100%,50%)', '#00ff00'],
  ['hsl(480deg, 100%, 50%)', '#00ff00'],
  ['  red ', 'red'],
])('normalizes %s to %s', (text, color) => {
  expect(normalizeColor(text)).toBe(color);
});

test.each([
  [''],
  [' '],
  ['abcd'],
  ['12345'],
  ['#12'],
  ['transparent'],
  ['currentcolor'],
  ['lab(50% 20 30)'],
  ['hwb(10 20% 30%)'],
  ['hsl(0.5turn,100%,50%)'],
  ['rgb(none 0 0)'],
  ['rgb(1.5,2,3)'],
  ['rgb(1,2%,3)'],
  ['rgb(-1,2,3)'],
  ['rgba(1,2,3,1.5)'],
  ['hsl(120 100% 50%)'],
  ['nocolor'],
  ['url(http://example.com)'],
  ['red" onload="x'],
  ['constructor'],
  ['toString'],
  ['__proto__'],
  ['hasOwnProperty'],
  [`rgb(${' '.repeat(100_000)}0,0,0)`],
])('rejects %j', (text) => {
  expect(normalizeColor(text)).toBeUndefined();
});

test('returns a name, #hex or undefined for any text', () => {
  const number = fc.oneof(fc.nat(), fc.double(), fc.string({ maxLength: 4 })).map(String);
  const almostColor = fc
    .tuple(
      fc.constantFrom('rgb', 'rgba', 'hsl', 'hsla', '#', ''),
      fc.constantFrom(',', ' ', '%,', 'deg,'),
      fc.array(number, { maxLength: 5 }),
    )
    .map(([name, separator, parts]) => `${name}(${parts.join(separator)})`);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), almostColor), (text) => {
      expect(normalizeColor(text) ?? 'none').toMatch(
        /^(?:[a-z]+|#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8}))$/,
      );
    }),
  );
});
