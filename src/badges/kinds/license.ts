import type { ProjectFacts } from '../../facts/schema.ts';
import { childrenOf } from '../classifiers.ts';
import type { ProjectKind } from '../kind.ts';
import { identifyLicense } from '../license-names.ts';
import { classifyLicenses, isExpression, type LicenseClass } from '../licenses.ts';

const COLORS: Readonly<Record<LicenseClass, string>> = {
  'public-domain': '#7cd958',
  permissive: 'green',
  copyleft: 'orange',
  other: 'lightgrey',
};

/** Classifiers that shields.io shows as SPDX identifiers. */
const IDENTIFIERS: ReadonlyMap<string, string> = new Map([
  ['OSI Approved :: Apache Software License', 'Apache-2.0'],
  ['CC0 1.0 Universal (CC0 1.0) Public Domain Dedication', 'CC0-1.0'],
  ['OSI Approved :: GNU Affero General Public License v3', 'AGPL-3.0'],
  ['OSI Approved :: Zero-Clause BSD (0BSD)', '0BSD'],
]);

/** shields.io's limit for a name (badges/shields#8689); a longer one is shortened to the acronym at its end. */
const SHORT_NAME = 40;
const LONGEST_NAME = 64;
const ACRONYM_AT_END = /\(([A-Za-z0-9.+ -]{2,20})\)$/;
const LINE_BREAK = /[\n\v\f\r\u0085\u2028\u2029]/;
const PLACEHOLDER =
  /^(?:unknown(?: license)?|none|null|nil|undefined|n\/?a|tbd|todo|(?:licen[cs]e|copying|notice)(?:\.(?:txt|md|rst)| file)?)$/i;
/** How other texts begin: references, URLs, and data structures as text. */
const OTHER_TEXT = /^(?:see |file:|\w+:\/\/|www\.|[[{])/i;
const LETTER = /\p{L}/u;

/** A license's name as it is shown, and the text that identifies the license. */
interface Named {
  readonly shown: string;
  readonly text: string;
}

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
    const color = shields ? COLORS[classifyLicenses(names.map(({ text }) => text))] : 'blue';
    return { message: names.map(({ shown }) => shown).join(', '), color };
  },
};

/** Returns the SPDX expression, the name in `license`, the classifiers, or the title of a license's text, in this order. */
function licenseNames({ licenseExpression, license: text, classifiers }: ProjectFacts): Named[] {
  const expression = licenseExpression?.trim() ?? '';
  if (expression !== '') return [{ shown: expression, text: expression }];
  const name = nameOf(text?.trim() ?? '', text ?? '');
  if (name !== undefined) return [{ shown: name, text: name }];
  const classified = namesOfClassifiers(classifiers);
  return classified.length > 0 ? classified : titleOf(text ?? '');
}

function nameOf(text: string, whole: string): string | undefined {
  if (text === '' || LINE_BREAK.test(whole) || !isName(text)) return undefined;
  if (text.length < SHORT_NAME || isExpression(text)) return text;
  const acronym = ACRONYM_AT_END.exec(text)?.[1];
  if (acronym !== undefined && identifyLicense(acronym) !== undefined) return acronym;
  return text.length <= LONGEST_NAME ? text : undefined;
}

/** Says whether a line may be the name of a license. */
function isName(line: string): boolean {
  return LETTER.test(line) && !PLACEHOLDER.test(line) && !OTHER_TEXT.test(line);
}

/** Returns the first line of a license's text, or what precedes its copyright or URL, if that names a license. */
function titleOf(text: string): Named[] {
  const [line = ''] = text.trimStart().split(LINE_BREAK);
  const [head = ''] = line.split(/\bcopyright\b|https?:/i);
  const title = head
    .trim()
    .replace(/[:(,-]$/, '')
    .trim();
  if (!isName(title) || identifyLicense(title) === undefined) return [];
  return [{ shown: title, text: title }];
}

function namesOfClassifiers(classifiers: readonly string[]): Named[] {
  const named = childrenOf(classifiers, 'License').flatMap((classifier) => {
    const text = IDENTIFIERS.get(classifier) ?? classifier.split(' :: ').at(-1) ?? '';
    const shown = shorten(text);
    return shown.trim() === '' ? [] : [{ shown, text }];
  });
  const telling = named.filter(({ shown }) => shown !== 'DFSG approved');
  const kept = telling.length > 0 ? telling : named;
  return [...new Map(kept.map((one) => [one.shown, one])).values()];
}

/** Shortens the last part of a classifier as shields.io does: `ISC License (ISCL)` becomes `ISCL`. */
function shorten(text: string): string {
  const name = text.replace(' License', '');
  const acronym = /\(([^()]+)\)/.exec(name)?.[1];
  if (acronym !== undefined) return acronym.toUpperCase();
  return /^[a-z0-9]+$/.test(name) ? name.toUpperCase() : name;
}
