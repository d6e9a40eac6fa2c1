import type { SaxesTagNS } from 'saxes';
import { ELEMENTS, REFERENCE, REFERRING } from './svg-rules.ts';

const ID_PREFIX = 'logo-';
const HREF = /^#([\w.:-]{1,64})$/;
const LENGTH = /^(\d{1,6}(?:\.\d{1,6})?)(?:px)?$/;
/** Classes of one element that count. */
const MAX_CLASSES = 16;

/** Properties and their values. */
export type Declarations = ReadonlyMap<string, string>;

/** Returns the declarations of the plain `.class {…}` rules in a style sheet. */
export function readClasses(css: string): ReadonlyMap<string, Declarations> {
  const classes = new Map<string, Declarations>();
  const withoutComments = css.split('*/').map((part) => part.split('/*', 1)[0] ?? '');
  for (const rule of withoutComments.join('').split('}')) {
    const [selectors = '', body = ''] = rule.split('{');
    for (const selector of selectors.split(',').map((each) => each.trim())) {
      if (!/^\.[\w-]+$/.test(selector)) continue;
      const name = selector.slice(1);
      classes.set(name, new Map([...(classes.get(name) ?? []), ...readDeclarations(body)]));
    }
  }
  return classes;
}

/** Returns the attributes of an element that are kept. */
export function keptAttributes(
  tag: SaxesTagNS,
  classes: ReadonlyMap<string, Declarations>,
  mayRefer: boolean,
): ReadonlyMap<string, string> {
  const given = givenAttributes(tag, classes);
  return new Map([
    ...(tag.local === 'svg' ? rootAttributes(given) : []),
    ...[...given].flatMap(([name, value]): [string, string][] => {
      const kept = keep(tag.local, name, value.trim(), mayRefer);
      return kept === undefined ? [] : [[name, kept]];
    }),
  ]);
}

/** As in CSS, a rule has precedence over an attribute, and `style` over a rule. */
function givenAttributes(
  { attributes }: SaxesTagNS,
  classes: ReadonlyMap<string, Declarations>,
): Declarations {
  const own = Object.values(attributes);
  const valueOf = (name: string): string =>
    own.find(({ local, prefix }) => prefix === '' && local === name)?.value ?? '';
  const names = [...new Set(valueOf('class').split(/\s+/))].slice(0, MAX_CLASSES);
  return new Map([
    ...own
      .filter(({ local, prefix }) => prefix === '' || local === 'href')
      .map(({ local, value }): [string, string] => [local, value]),
    ...names.flatMap((name) => Array.from(classes.get(name) ?? [])),
    ...readDeclarations(valueOf('style')),
  ]);
}

function readDeclarations(text: string): Declarations {
  const declarations = text.split(';').map((each): [string, string] => {
    const [name = '', ...value] = each.split(':');
    return [name.trim(), value.join(':').trim()];
  });
  return new Map(declarations);
}

/** Returns the value with which an attribute is kept; undefined if it is dropped. */
function keep(element: string, name: string, value: string, mayRefer: boolean): string | undefined {
  const rule = ELEMENTS.get(element)?.get(name);
  if (name === 'id') return rule?.test(value) === true ? ID_PREFIX + value : undefined;
  if (name === 'href') {
    const id = element.endsWith('Gradient') ? HREF.exec(value)?.[1] : undefined;
    return id && `#${ID_PREFIX}${id}`;
  }
  const id = REFERRING.has(name) ? REFERENCE.exec(value)?.[1] : undefined;
  if (id !== undefined) return mayRefer ? `url(#${ID_PREFIX}${id})` : undefined;
  return rule?.test(value) === true ? value : undefined;
}

/** Without a `viewBox`, the size of a picture is its box. */
function rootAttributes(given: Declarations): [string, string][] {
  const width = LENGTH.exec(given.get('width') ?? '')?.[1];
  const height = LENGTH.exec(given.get('height') ?? '')?.[1];
  const needsBox = !given.has('viewBox') && width !== undefined && height !== undefined;
  return [
    ['xmlns', 'http://www.w3.org/2000/svg'],
    ...(needsBox ? [['viewBox', `0 0 ${width} ${height}`] satisfies [string, string]] : []),
  ];
}
