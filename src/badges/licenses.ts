import permissive from '@blueoak/list' with { type: 'json' };
import copyleft from 'spdx-copyleft' with { type: 'json' };
import parseExpression from 'spdx-expression-parse';
import { identifyLicense } from './license-names.ts';

/** shields.io's classes, the strictest first: what nobody has classified may forbid anything. */
const CLASSES = ['other', 'copyleft', 'permissive', 'public-domain'] as const;
export type LicenseClass = (typeof CLASSES)[number];

/** shields.io's list. */
const PUBLIC_DOMAIN: ReadonlySet<string> = new Set(['CC0-1.0', 'Unlicense', 'WTFPL', '0BSD']);
/** Blue Oak Council rates licenses of software; shields.io has this one beside them. */
const PERMISSIVE: ReadonlySet<string> = new Set(
  ['CC-BY-4.0'].concat(permissive.flatMap(({ licenses }) => licenses.map(({ id }) => id))),
);
const COPYLEFT: ReadonlySet<string> = new Set(copyleft);
/** Families with versions that the list lacks. */
const COPYLEFT_FAMILIES = /^(?:A?GPL|LGPL|LPPL|EUPL|CECILL(?!-B)|EPL|OFL)-/;

/** The length guards the parser's stack, the alphabet its scanner, which skips over any other character. */
const PARSABLE = /^[A-Za-z0-9.+:() -]{1,500}$/;

type Expression = ReturnType<typeof parseExpression>;

/** Returns the class of the freest of `texts`, as shields.io does where several classifiers stand; of none: `other`. */
export function classifyLicenses(texts: readonly string[]): LicenseClass {
  return freest(
    texts.map((text) => {
      const expression = parse(text);
      return expression === undefined
        ? classifyIdentifier(identifyLicense(text))
        : classifyExpression(expression);
    }),
  );
}

/** Returns whether `text` is an SPDX expression of known identifiers (SPDX 2.3, annex D). */
export function isExpression(text: string): boolean {
  return parse(text) !== undefined;
}

function parse(text: string): Expression | undefined {
  if (!PARSABLE.test(text)) return undefined;
  try {
    return parseExpression(text);
  } catch {
    return undefined;
  }
}

/**
 * OR leaves the choice to the user, so the freest arm counts; AND binds by both, so the strictest does. A later version
 * (`+`) and an exception (`WITH`) stay in the class of their license; a `LicenseRef-` is `other`.
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
