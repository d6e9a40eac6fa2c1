import fc from 'fast-check';
import { KINDS } from '../../../src/badges/catalog.ts';
import { PARAMETERS } from '../../../src/badges/parameters.ts';
import { EXTENSION_NAMES, PAGES } from '../../../src/http/urls/paths.ts';
import { COLOR_NAMES } from '../../../src/imaging/color.ts';

/** One of the values. */
export const oneOf = (...values: readonly string[]): fc.Arbitrary<string> =>
  fc.constantFrom(...values);
export const textOf = (characters: string, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...characters.split('')), minLength: 1, maxLength });
export const anyCase = (word: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(word, fc.infiniteStream(fc.boolean())).map(([text, upper]) =>
    text
      .split('')
      .map((letter) => (upper.next().value === true ? letter.toUpperCase() : letter))
      .join(''),
  );

const name = fc.oneof(
  { weight: 4, arbitrary: textOf('aZ09-_.', 12) },
  oneOf('requests', 'Zope.Interface', 'foo.svg', '.svg', 'a%2Eb', 'a~b', 'v', 'badge'),
  oneOf('a'.repeat(100), 'a'.repeat(101), `a${'_'.repeat(99)}b`, `${'a'.repeat(99)}.b`),
);
const extension = anyCase(oneOf(...EXTENSION_NAMES, 'svg', 'avif', '1'));
const ending = fc.oneof(
  fc.constant(''),
  extension.map((text) => `.${text}`),
);
const release = fc.oneof(textOf('1aR.!+_-', 8), oneOf('2.31.0', '1.0.json', '1..0', '.svg'));
const kindsOf = (grammar: 'pypip' | 'shields'): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: oneOf(...KINDS.flatMap(({ names }) => names[grammar] ?? [])) },
    oneOf('V', 'Version', 'no-such', 'py', 'pypi', 'frameworkversions', 'a%20b'),
  );
const segment = fc.oneof(
  { weight: 3, arbitrary: textOf('aZ-_.&=~@', 8) },
  oneOf('%2F', '%', '%zz', '%41', '%e4%bd%a0', '%ff', 'v1', 'dynamic', 'endpoint', 'blue', ''),
);
const freeText = fc
  .array(segment, { minLength: 1, maxLength: 6 })
  .map((segments) => segments.join('/'));
const plainPath = fc.oneof(
  fc.tuple(kindsOf('pypip'), name, extension).map(([k, n, e]) => `/${k}/${n}/badge.${e}`),
  fc.tuple(kindsOf('shields'), name, ending).map(([k, n, e]) => `/pypi/${k}/${n}${e}`),
  fc
    .tuple(kindsOf('shields'), name, release, ending)
    .map(([k, n, r, e]) => `/pypi/${k}/${n}/${r}${e}`),
  fc
    .tuple(name, oneOf('', '@1x', '@2x', '@4x', '@5x', '@2X', '@'), ending)
    .map(([n, scale, e]) => `/py/${n}${scale}${e}`),
  fc.tuple(name, ending).map(([n, e]) => `/pepy/dt/${n}${e}`),
  fc
    .tuple(oneOf('/badge/', '/:', '/static/', '/%3A'), freeText, ending)
    .map(([start, words, e]) => `${start}${words}${e}`),
  ending.map((e) => `/static/v1${e}`),
  oneOf(...PAGES.map((page) => page.replace('*', 'A.b/badge.SVG'))).filter(
    (page) => !page.startsWith('/-'),
  ),
  textOf('aZ/.-_', 15)
    .filter((letters) => !/^[/-]/.test(letters))
    .map((letters) => `/${letters}`),
);
/** With slashes doubled, and added at the end. */
const path = fc
  .tuple(plainPath, fc.infiniteStream(oneOf('/', '/', '/', '//', '///')), oneOf('', '', '/', '//'))
  .map(([plain, slashes, end]) => plain.replaceAll('/', () => String(slashes.next().value)) + end)
  .filter((spelled) => !/^\/+-/.test(spelled));

const color = fc.oneof(
  anyCase(oneOf(...COLOR_NAMES, 'no-color', 'constructor')),
  anyCase(
    oneOf(
      '123',
      'aabbcc',
      '%23AaBBcc',
      'dd4343',
      '%23555',
      '%23abcd',
      'abcd',
      '12345678',
      '%2312345678',
    ),
  ),
  fc
    .tuple(
      anyCase(oneOf('rgb(', 'rgba%28', 'hsl(', 'hsla(', 'rgb+(')),
      fc.array(
        oneOf('1', '22', '300', '50%25', '50%', '+', '%20', ',', '%2c', '/', '%2F', '.5', 'deg'),
        { maxLength: 9 },
      ),
      oneOf(')', '%29', '', ')+'),
    )
    .map(([start, parts, end]) => start + parts.join('') + end),
  fc
    .tuple(oneOf('', '+', '%20'.repeat(30), '+'.repeat(70), '%09'), oneOf('red', 'White', '%23fff'))
    .map((p) => p.join('')),
  fc
    .tuple(oneOf('red', 'grey'), oneOf('%', '%zz', '%20', '+++', '%C3%A9', '%2523'))
    .map((p) => p.join('')),
);
const seconds = fc.oneof(
  fc.nat({ max: 1_000_000 }).map(String),
  oneOf('0600', '599', '600', '1234567890', '1e3', '+600'),
);

const value = fc.oneof(
  { weight: 2, arbitrary: oneOf('flat', 'popout', 'popout-square', 'social', 'plastic', 'flat+') },
  { weight: 2, arbitrary: oneOf('1', '2', '4', '5', '0', '300', 'v', 'none', 'pypi', 'version') },
  { weight: 2, arbitrary: color },
  seconds,
  oneOf(
    ...KINDS.flatMap(({ label }) => [label.replaceAll(' ', '+'), label.replaceAll(' ', '%20')]),
  ),
  oneOf(
    'auto',
    'python',
    'si:python',
    'SI%3Apypi',
    'data:image/png;base64,aB+c/%2B%20d==',
    "data:image/svg+xml;utf8,<svg%20x='1'/>",
    `image/png;base64,${'+%2Ba/'.repeat(200)}`,
  ),
  oneOf('day', 'week', 'month', 'year', 'red', '', 'fl%61t', '%31', 'a=b', 'a?b', 'a;b', 'a+b'),
  textOf('aZ0=?+-_.~', 8),
);
const assignment = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(oneOf(...PARAMETERS.map((parameter) => parameter.name)), value)
      .map((p) => p.join('=')),
  },
  oneOf(...PARAMETERS.map((parameter) => parameter.name)),
  fc
    .tuple(oneOf('x', 'Style', 'styles', 'labels', 'utm_source', ''), value)
    .map((p) => p.join('=')),
);
/** More parameters than anybody asks with, and texts up to and beyond what is read. */
const excess = fc.oneof(
  { weight: 12, arbitrary: fc.constant('') },
  fc.constant('x&y=1&'.repeat(40)),
  fc.nat({ max: 10_400 }).map((length) => `label=${'a'.repeat(length)}&`),
  fc.nat({ max: 3_500 }).map((length) => `label=${'%61'.repeat(length)}&`),
);
const query = fc
  .tuple(excess, fc.array(assignment, { maxLength: 6 }))
  .map(([more, all]) => more + all.join('&'));
const plainUrl = fc.tuple(path, query).map(([p, q]) => (q === '' ? p : `${p}?${q}`));

/** Escapes what need not be escaped, and leaves some `%` that begin no escape. */
function escape(text: string, dice: Iterator<number>): string {
  const roll = (): number => Number(dice.next().value);
  return text.replace(/(?<!^)[\w.~-]/g, (character) => {
    const hex = character.charCodeAt(0).toString(16);
    if (roll() > 0) return character;
    return ['%', `%${hex}`, `%${hex.toUpperCase()}`, `%${hex}`, `%${hex}`][roll() % 5] ?? '';
  });
}
/** Any URL, in any spelling. */
export const url = fc.oneof(
  plainUrl,
  fc
    .tuple(plainUrl, fc.infiniteStream(fc.nat({ max: 11 })))
    .map(([text, dice]) => escape(text, dice))
    .filter((text) => !/^\/+(?:-|%2D)/i.test(text)),
);
