import parseExpression from 'spdx-expression-parse';

/** shields.io's classes, the strictest first: a license without a class may forbid anything. */
const CLASSES = ['other', 'copyleft', 'permissive', 'public-domain'] as const;
export type LicenseClass = (typeof CLASSES)[number];

/** shields.io's lists: SPDX identifiers, then what people write in their place. */
const NAMES: Readonly<Record<Exclude<LicenseClass, 'other'>, readonly string[]>> = {
  'public-domain': ['CC0-1.0', 'Unlicense', 'WTFPL', '0BSD', 'CC0'],
  permissive: [
    'AFL-3.0',
    'Apache-2.0',
    'Artistic-2.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'BSD-3-Clause-Clear',
    'BSL-1.0',
    'CC-BY-4.0',
    'ECL-2.0',
    'ISC',
    'MIT',
    'MS-PL',
    'NCSA',
    'PostgreSQL',
    'Zlib',
    'BSD',
    'Apache 2.0',
  ],
  copyleft: [
    'AGPL-1.0-only',
    'AGPL-1.0-or-later',
    'AGPL-3.0-only',
    'AGPL-3.0-or-later',
    'CC-BY-SA-4.0',
    'EPL-1.0',
    'EPL-2.0',
    'EUPL-1.1',
    'GPL-1.0-only',
    'GPL-1.0-or-later',
    'GPL-2.0-only',
    'GPL-2.0-or-later',
    'GPL-3.0-only',
    'GPL-3.0-or-later',
    'LGPL-2.0-only',
    'LGPL-2.0-or-later',
    'LGPL-2.1-only',
    'LGPL-2.1-or-later',
    'LGPL-3.0-only',
    'LGPL-3.0-or-later',
    'LPPL-1.3c',
    'MPL-2.0',
    'MS-RL',
    'OFL-1.1',
    'OSL-3.0',
    'GPL',
    'GPL-2.0',
    'GPL-3.0',
    'GPLv2',
    'GPLv2+',
    'GPLv3',
    'GPLv3+',
    'AGPL-3.0',
    'AGPLv3+',
    'LGPL',
    'LGPL-2.1',
    'LGPL-3.0',
    'LGPLv2',
    'LGPLv2+',
    'LGPLv3',
    'LGPLv3+',
    'MPL',
    'MPL 1.1',
    'MPL 2.0',
    'EPL',
  ],
};

/**
 * In lower case: SPDX identifiers have no case (SPDX 2.3, annex D), and the classifier of `GPLv3` is shortened to
 * `GPLV3`.
 */
const CLASS_BY_NAME: ReadonlyMap<string, LicenseClass> = new Map(
  CLASSES.flatMap((one) =>
    one === 'other' ? [] : NAMES[one].map((name) => [name.toLowerCase(), one]),
  ),
);

/** The length guards the parser's stack, the alphabet its scanner, which skips over any other character. */
const PARSABLE = /^[A-Za-z0-9.+:() -]{1,500}$/;

type Expression = ReturnType<typeof parseExpression>;

/** Returns the class of the freest of `texts`, as shields.io does where several classifiers stand; of none: `other`. */
export function classifyLicenses(texts: readonly string[]): LicenseClass {
  return freest(texts.map((text) => CLASS_BY_NAME.get(text.toLowerCase()) ?? classifyText(text)));
}

/** The class of an SPDX expression; whatever else a text may be is `other`. */
function classifyText(text: string): LicenseClass {
  if (!PARSABLE.test(text)) return 'other';
  try {
    return classifyExpression(parseExpression(text));
  } catch {
    return 'other';
  }
}

/**
 * OR leaves the choice to the user, so the freest arm counts; AND binds by both, so the strictest does. A later version
 * (`+`) and an exception (`WITH`) stay in the class of their license; a `LicenseRef-` is `other`.
 */
function classifyExpression(node: Expression): LicenseClass {
  if ('license' in node) return CLASS_BY_NAME.get(node.license.toLowerCase()) ?? 'other';
  const arms = [classifyExpression(node.left), classifyExpression(node.right)];
  return node.conjunction === 'or' ? freest(arms) : strictest(arms);
}

function freest(classes: readonly LicenseClass[]): LicenseClass {
  return CLASSES.findLast((one) => classes.includes(one)) ?? 'other';
}

function strictest(classes: readonly LicenseClass[]): LicenseClass {
  return CLASSES.find((one) => classes.includes(one)) ?? 'other';
}
