import { expect, test } from 'vitest';
import { badgenStyling, parseBadgen } from '../../../src/badges/badgen-static.ts';

test.each([
  ['Swift/4.2/orange', 'Swift', '4.2', '#F73'],
  ['license/MIT/blue', 'license', 'MIT', '#08C'],
  ['chat/on gitter/cyan', 'chat', 'on gitter', '#1BC'],
  ['stars/★★★★☆', 'stars', '★★★★☆', '#08C'],
  ['become/a patron/F96854', 'become', 'a patron', '#f96854'],
  ['code style/standard/f2a', 'code style', 'standard', '#f2a'],
  ['a/b/brightgreen', 'a', 'b', 'brightgreen'],
  ['a/b/nonsense', 'a', 'b', '#08C'],
  ['a/b/Black', 'a', 'b', '#2A2A2A'],
  ['a//b//red', 'a', 'b', '#E43'],
])('badgen.net reads %s', (path, label, message, color) => {
  expect(parseBadgen(path.split('/'))).toEqual({ label, message, color });
});

test.each(['', 'a', 'a/', '/a', 'a/b/red/d'])('badgen.net has no badge %j', (path) => {
  expect(parseBadgen(path.split('/'))).toBeUndefined();
});

test.each([
  [undefined, '3.11,3.12, 3.13'],
  ['', '3.11 | 3.12 | 3.13'],
  ['1', '3.11 | 3.12 | 3.13'],
  ['|', '3.11 | 3.12 | 3.13'],
  ['$1', '3.11 $1 3.12 $1 3.13'],
])('the list separator %j', (list, message) => {
  expect(parseBadgen(['python', '3.11,3.12, 3.13'], list)).toMatchObject({ message });
});

test('parameters have badgen.net’s colors', () => {
  const styling = { style: 'flat', color: 'green', labelColor: 'black' } as const;
  expect(badgenStyling(styling)).toMatchObject({ color: '#3C1', labelColor: '#2A2A2A' });
  expect(badgenStyling({ style: 'flat', color: 'nonsense' })).toMatchObject({ color: undefined });
});
