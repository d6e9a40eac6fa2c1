import permissive from '@blueoak/list' with { type: 'json' };
import copyleft from 'spdx-copyleft' with { type: 'json' };
import parseExpression from 'spdx-expression-parse';
import { identifyLicense } from './license-names.ts';

/** shields.io's classes, the strictest first: a license without a class may forbid anything. */
const CLASSES = ['other', 'copyleft', 'permissive', 'public-domain'] as const;
export type LicenseClass = (typeof CLASSES)[number];

/** shields.io's list. */
const PUBLIC_DOMAIN: ReadonlySet<string> = new Set(['CC0-1.0', 'Unlicense', 'WTFPL', '0BSD']);
/** Blue Oak Council's list, which is about software, and one that shields.io adds. */
const PERMISSIVE: ReadonlySet<string> = new Set(
  ['CC-BY-4.0'].concat(permissive.flatMap(({ licenses }) => licenses.map(({ id }) => id))),
);
const COPYLEFT: ReadonlySet<string> = new Set(copyleft);
/** Families with versions that the list lacks. */
const COPYLEFT_FAMILIES = /^(?:A?GPL|LGPL|LPPL|EUPL|CECILL(?!-B)|EPL|OFL)-/;

/** The parser recurses. */
const MAX_EXPRESSION = 500;
/** The parser's scanner skips over any other character. */
const PARSABLE = /^[A-Za-z0-9.+:() -]+$/;
/** How people join two names in place of an SPDX expression: `MIT or Apache 2.0`, `LGPL/MIT`, `MIT, BSD`. */
const OR = / or |\//i;
const AND = / and | & |, /i;

type Expression = ReturnType<typeof parseExpression>;

/** Returns the class of the most permissive of the licenses, as shields.io does for several classifiers. */
export function classifyLicenses(names: readonly string[]): LicenseClass {
  return freest(names.map((name) => classifyName(name) ?? 'other'));
}

/** Returns undefined for a text that names no license. */
function classifyName(name: string): LicenseClass | undefined {
  const expression = parse(name);
  if (expression !== undefined) return classifyExpression(expression);
  const identifier = identifyLicense(name);
  if (identifier !== undefined) return classifyIdentifier(identifier);
  return classifyArms(name, OR, freest) ?? classifyArms(name, AND, strictest);
}

/** Returns undefined if a part of the text names no license: nothing is guessed from the others. */
function classifyArms(
  text: string,
  separator: RegExp,
  choose: (classes: readonly LicenseClass[]) => LicenseClass,
): LicenseClass | undefined {
  const [first = '', ...others] = text.split(separator);
  if (others.length === 0 || text.length > MAX_EXPRESSION) return undefined;
  const classes = [first, ...others].map((name) => classifyName(name.trim()));
  return classes.every((one) => one !== undefined) ? choose(classes) : undefined;
}

/** Returns whether `text` is an SPDX expression of known identifiers (SPDX 2.3, annex D). */
export function isExpression(text: string): boolean {
  return parse(text) !== undefined;
}

function parse(text: string): Expression | undefined {
  if (text.length > MAX_EXPRESSION || !PARSABLE.test(text)) return undefined;
  try {
    return parseExpression(text);
  } catch {
    return undefined;
  }
}

/**
 * OR lets the user choose, so the most permissive arm counts; for AND the strictest counts. A later version (`+`) and an
 * exception (`WITH`) do not change the class; a `LicenseRef-` is `other`.
 */
function classifyExpression(node: Expression): LicenseClass {
  if ('license' in node) return classifyIdentifier(node.license);
  const arms = [classifyExpression(node.left), classifyExpression(node.right)];
  return node.conjunction === 'or' ? freest(arms) : strictest(arms);
}

function classifyIdentifier(identifier: string | undefined): LicenseClass {
  if (identifier === undefined) return 'other';
  if (PUBLIC_DOMAIN.has(identifier)) return 'public-domain';
  if (PERMISSIVE.has(identifier)) return 'permissive';
  return COPYLEFT.has(identifier) || COPYLEFT_FAMILIES.test(identifier) ? 'copyleft' : 'other';
}

function freest(classes: readonly LicenseClass[]): LicenseClass {
  return CLASSES.findLast((one) => classes.includes(one)) ?? 'other';
}

function strictest(classes: readonly LicenseClass[]): LicenseClass {
  return CLASSES.find((one) => classes.includes(one)) ?? 'other';
}
