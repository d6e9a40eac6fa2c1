import type { SaxesTagNS } from 'saxes';
import { ELEMENTS, REFERENCE, REFERRING } from './svg-rules.ts';

const ID_PREFIX = 'logo-';
const CLASS_RULE = /([.\w\s,-]{1,200})\{([^{}]*)\}/g;
const HREF = /^#([\w.:-]{1,64})$/;
const LENGTH = /^(\d{1,6}(?:\.\d{1,6})?)(?:px)?$/;

/** Properties and their values. */
export type Declarations = ReadonlyMap<string, string>;

/** Returns the plain `.class {…}` rules of a style sheet, by class. */
export function readClasses(css: string): ReadonlyMap<string, Declarations> {
  const classes = new Map<string, Declarations>();
  for (const [, selectors = '', body = ''] of css.matchAll(CLASS_RULE)) {
    for (const selector of selectors.split(',').map((each) => each.trim())) {
      if (!/^\.[\w-]+$/.test(selector)) continue;
      const name = selector.slice(1);
      classes.set(name, new Map([...(classes.get(name) ?? []), ...readDeclarations(body)]));
    }
  }
  return classes;
}

/** Returns the attributes that are kept of an element, as text: each with a space before it. */
export function keptAttributes(
  tag: SaxesTagNS,
  classes: ReadonlyMap<string, Declarations>,
  mayRefer: boolean,
): string {
  const given = givenAttributes(tag, classes);
  const kept = [...given].map(([name, value]) => keep(tag.local, name, value.trim(), mayRefer));
  return kept.join('') + (tag.local === 'svg' ? rootAttributes(given) : '');
}

/** As in CSS, a rule is stronger than an attribute, and a style stronger than a rule. */
function givenAttributes(
  { attributes }: SaxesTagNS,
  classes: ReadonlyMap<string, Declarations>,
): Map<string, string> {
  const own = Object.values(attributes);
  const valueOf = (name: string): string =>
    own.find(({ local, prefix }) => prefix === '' && local === name)?.value ?? '';
  const rules = valueOf('class').split(/\s+/);
  return new Map([
    ...own
      .filter(({ local, prefix }) => prefix === '' || local === 'href')
      .map(({ local, value }): [string, string] => [local, value]),
    ...rules.flatMap((name) => [...(classes.get(name) ?? [])]),
    ...readDeclarations(valueOf('style')),
  ]);
}

function readDeclarations(text: string): Declarations {
  return new Map(
    text.split(';').flatMap((declaration): [string, string][] => {
      const colon = declaration.indexOf(':');
      return colon < 0
        ? []
        : [[declaration.slice(0, colon).trim(), declaration.slice(colon + 1).trim()]];
    }),
  );
}

function keep(element: string, name: string, value: string, mayRefer: boolean): string {
  const rules = ELEMENTS.get(element);
  if (name === 'id') return rules?.['id']?.test(value) ? ` id="${ID_PREFIX}${value}"` : '';
  if (name === 'href') {
    const id = element.endsWith('Gradient') ? HREF.exec(value)?.[1] : undefined;
    return id === undefined ? '' : ` href="#${ID_PREFIX}${id}"`;
  }
  const id = REFERRING.has(name) ? REFERENCE.exec(value)?.[1] : undefined;
  if (id !== undefined) return mayRefer ? ` ${name}="url(#${ID_PREFIX}${id})"` : '';
  return rules?.[name]?.test(value) ? ` ${name}="${value}"` : '';
}

/** The size of a picture without a `viewBox` is its box. */
function rootAttributes(given: ReadonlyMap<string, string>): string {
  const width = LENGTH.exec(given.get('width') ?? '')?.[1];
  const height = LENGTH.exec(given.get('height') ?? '')?.[1];
  const needsBox = !given.has('viewBox') && width !== undefined && height !== undefined;
  return ` xmlns="http://www.w3.org/2000/svg"${needsBox ? ` viewBox="0 0 ${width} ${height}"` : ''}`;
}
