import * as fc from 'fast-check';
import { KINDS } from '../../../../src/badges/catalog.ts';
import { PARAMETERS } from '../../../../src/badges/parameters.ts';
import { EXTENSION_NAMES, isPage } from '../../../../src/http/urls/paths.ts';
import { canonicalTarget } from '../../../../src/http/urls/target.ts';
import { STYLES } from '../../../../src/imaging/spec.ts';
import { HOSTILE_WORDS, hostileText } from './words.ts';

/** Few, since pypistats.org is asked for each of them, and seldom. */
const PROJECTS = ['requests', 'Flask', 'sample-hostile', 'sample-unicode', 'sample-long-version'];

const oneOf = (...values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values);

/** Whatever may stand in a request line unescaped, but for what ends a path or a value there. */
const visible = fc
  .string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    maxLength: 30,
  })
  .map((text) => text.replace(/[?#&]/g, ''));

/** A text as it stands in a URL: escaped, half escaped, escaped twice, or wrongly. */
const escaped = hostileText.chain((text) => {
  const right = encodeURIComponent(text.toWellFormed());
  return oneOf(right, encodeURIComponent(right), right.replaceAll('%25', '%'), right.toLowerCase());
});
const misfit = oneOf(
  '%',
  '%z',
  '%zz',
  '%e0%a4',
  '%ff%fe',
  '%ed%a0%80',
  '%c0%ae',
  '%u0041',
  '+',
  '',
);
const segment = fc.oneof(
  { weight: 3, arbitrary: escaped },
  { weight: 2, arbitrary: visible },
  { weight: 1, arbitrary: misfit },
  { weight: 1, arbitrary: oneOf('a'.repeat(101), 'a'.repeat(3_000), '.', '..', '.svg', 'badge') },
);

const project = fc.oneof({ weight: 3, arbitrary: oneOf(...PROJECTS) }, segment);
const kindsOf = (grammar: 'pypip' | 'shields'): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 5, arbitrary: oneOf(...KINDS.flatMap(({ names }) => names[grammar] ?? [])) },
    { weight: 1, arbitrary: segment },
  );
const extension = fc.oneof(
  { weight: 4, arbitrary: oneOf('svg', 'json') },
  { weight: 2, arbitrary: oneOf(...EXTENSION_NAMES, 'SVG', 'Png') },
  { weight: 1, arbitrary: oneOf('exe', 'svgz', 'html', '') },
);
const ending = fc.oneof(
  oneOf('', '/'),
  extension.map((text) => `.${text}`),
);
const words = fc.array(segment, { minLength: 1, maxLength: 4 });

const path = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(kindsOf('pypip'), project, extension)
      .map(([k, p, e]) => `/${k}/${p}/badge.${e}`),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(kindsOf('shields'), project, ending)
      .map(([k, p, e]) => `/pypi/${k}/${p}${e}`),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(kindsOf('shields'), project, segment, ending)
      .map(([k, p, r, e]) => `/pypi/${k}/${p}/${r}${e}`),
  },
  { weight: 1, arbitrary: fc.tuple(project, ending).map(([p, e]) => `/py/${p}${e}`) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(words, oneOf('red', '97ca00', 'x'), ending)
      .map(([w, c, e]) => `/badge/${w.join('-')}-${c}${e}`),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(oneOf('/badge/', '/static/', '/:'), words, ending)
      .map(([start, w, e]) => `${start}${w.join('/')}${e}`),
  },
  { weight: 1, arbitrary: words.map((all) => `/${all.join('/')}`) },
);

const color = oneOf(
  'red',
  'fff',
  '#0f0',
  'rgb(1,2,3)',
  'hsl(720,50%,50%)',
  'constructor',
  'url(#a)',
);
const value = fc.oneof(
  { weight: 2, arbitrary: escaped },
  { weight: 1, arbitrary: visible },
  { weight: 3, arbitrary: oneOf(...STYLES, '1', '2', '3', '4', 'v', 'none', 'day', 'version') },
  { weight: 2, arbitrary: color.map(encodeURIComponent) },
  { weight: 1, arbitrary: oneOf('999999999', '-1', '1e9', '0x10', 'popout-square') },
  { weight: 1, arbitrary: misfit },
);
const names = PARAMETERS.map(({ name }) => name).filter((name) => name !== 'strict');
const noName = oneOf(
  'x',
  'label[]',
  '__proto__',
  ...HOSTILE_WORDS.slice(0, 3).map(encodeURIComponent),
);
const parameter = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(oneOf('style'), oneOf(...STYLES)) },
  { weight: 1, arbitrary: fc.tuple(oneOf('scale'), oneOf('1', '2', '3', '4')) },
  { weight: 4, arbitrary: fc.tuple(oneOf(...names), value) },
  { weight: 1, arbitrary: fc.tuple(noName, value) },
);
const query = fc
  .array(parameter, { maxLength: 6 })
  .map((all) => all.map((pair) => pair.join('=')).join('&'));

/** A request target of any badge there is, or is not, with or without `?strict=1`; of no page. */
export function targets({ isStrict }: { isStrict: boolean }): fc.Arbitrary<string> {
  const ofBadges = path.filter((where) => !isPage(canonicalTarget(where).replace(/\?.*$/s, '')));
  return fc.tuple(ofBadges, query).map(([where, wishes]) => {
    const all = [isStrict ? 'strict=1' : '', wishes].filter((part) => part !== '').join('&');
    return all === '' ? where : `${where}?${all}`;
  });
}
