import type { ProjectFacts } from '../../facts/schema.ts';
import { childrenOf } from '../classifiers.ts';
import type { ProjectKind } from '../kind.ts';
import { classifyLicenses, type LicenseClass } from '../licenses.ts';

const COLORS: Readonly<Record<LicenseClass, string>> = {
  'public-domain': '#7cd958',
  permissive: 'green',
  copyleft: 'orange',
  other: 'lightgrey',
};

/** Classifiers that shields.io replaces by an SPDX identifier. */
const IDENTIFIERS: ReadonlyMap<string, string> = new Map([
  ['OSI Approved :: Apache Software License', 'Apache-2.0'],
  ['CC0 1.0 Universal (CC0 1.0) Public Domain Dedication', 'CC0-1.0'],
  ['OSI Approved :: GNU Affero General Public License v3', 'AGPL-3.0'],
  ['OSI Approved :: Zero-Clause BSD (0BSD)', '0BSD'],
]);

/** A longer `license` is probably the text of the license (badges/shields#8689). */
const TOO_LONG_FOR_A_NAME = 40;
const LINE_BREAK = /[\n\v\f\r\u0085\u2028\u2029]/;

export const license: ProjectKind = {
  id: 'license',
  facts: 'project',
  names: { pypip: ['license'], shields: ['l', 'license'] },
  label: 'license',
  about: 'the SPDX expression, the name of the license, or its classifiers',
  example: 'requests',
  describe(facts, { grammar }) {
    const names = licenseNames(facts);
    const shields = grammar === 'shields';
    if (names.length === 0) return { message: shields ? 'missing' : 'unknown', color: 'red' };
    const color = shields ? COLORS[classifyLicenses(names)] : 'blue';
    return { message: names.join(', '), color };
  },
};

/** Returns the SPDX expression, the name in `license`, or the names of the classifiers, in this order. */
function licenseNames({ licenseExpression, license: text, classifiers }: ProjectFacts): string[] {
  const expression = licenseExpression?.trim() ?? '';
  if (expression !== '') return [expression];
  const name = text?.trim() ?? '';
  if (isName(name)) return [name];
  const shortened = childrenOf(classifiers, 'License')
    .map(shortenClassifier)
    .filter((one) => one.trim() !== '');
  const telling = shortened.filter((one) => one !== 'DFSG approved');
  return [...new Set(telling.length > 0 ? telling : shortened)];
}

function isName(text: string): boolean {
  if (text === '' || text.length >= TOO_LONG_FOR_A_NAME) return false;
  return text.toUpperCase() !== 'UNKNOWN' && !LINE_BREAK.test(text);
}

/** Shortens a license classifier as shields.io does: `OSI Approved :: ISC License (ISCL)` becomes `ISCL`. */
function shortenClassifier(classifier: string): string {
  const named = IDENTIFIERS.get(classifier) ?? classifier.split(' :: ').at(-1) ?? '';
  const name = named.replace(' License', '');
  const acronym = /\(([^()]+)\)/.exec(name)?.[1];
  if (acronym !== undefined) return acronym.toUpperCase();
  return /^[a-z0-9]+$/.test(name) ? name.toUpperCase() : name;
}
