import correct from 'spdx-correct';
import list from 'spdx-license-list';

const MAX_LENGTH = 200;

/** Acronyms of PyPI's classifiers, and common names, that SPDX does not list. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['iscl', 'ISC'],
  ['psf', 'PSF-2.0'],
  ['psfl', 'PSF-2.0'],
  ['expat', 'MIT'],
  ['mit x 11', 'MIT'],
  ['zlib libpng license', 'Zlib'],
  ['asl 2.0', 'Apache-2.0'],
  ['gpl', 'GPL-1.0-or-later'],
  ['lgpl', 'LGPL-2.0-or-later'],
  ['agpl', 'AGPL-3.0-or-later'],
]);

/** Words that name no license by themselves, and stand in the names of many. */
const COMMON_WORDS: ReadonlySet<string> = new Set(
  'the a of under version only license licenses licence licensed software open source free public general new modified revised simplified original clause'.split(
    ' ',
  ),
);

const VERSION_AT_END = / [\d.]+(?: only| or later)?$/;

/** By identifier and by name, as phrases; of those that are one phrase, the first counts. */
const IDENTIFIERS: ReadonlyMap<string, string> = new Map(
  Object.entries(list)
    .toReversed()
    .flatMap(([id, { name }]) => [
      [phraseOf(name), id],
      [phraseOf(id), id],
    ]),
);
/** By what stands before a version: `python software foundation license`. */
const UNVERSIONED: ReadonlyMap<string, string> = new Map(
  [...IDENTIFIERS]
    .toReversed()
    .map(([phrase, id]): [string, string] => [phrase.replace(VERSION_AT_END, ''), id])
    .filter(([phrase]) => phrase.includes('license') || /^[a-z]+$/.test(phrase)),
);
const ACRONYM = /\(([^()]+)\)$/;

/**
 * Returns the SPDX identifier of the license that `text` names, or undefined. A name without a version is that of the
 * first version listed. `spdx-correct` reads misspelled names; what it reads counts only if every word of the text belongs to
 * the identifier or the name of the license, since it finds `MIT` in `LIMITED` and `GPL` in `Not GPL`.
 */
export function identifyLicense(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const phrase = phraseOf(text);
  const exact = IDENTIFIERS.get(phrase) ?? OTHER_NAMES.get(phrase);
  if (exact !== undefined || phrase === '') return exact;
  const corrected = correct(text, { upgrade: false })?.replace(/\+$/, '');
  if (corrected && belongs(text, corrected)) return corrected;
  const acronym = ACRONYM.exec(text.trim())?.[1];
  return UNVERSIONED.get(phrase) ?? (acronym && identifyLicense(acronym));
}

/** The words of the text in lower case: versions without `v`, and neither punctuation nor an acronym in parentheses. */
function phraseOf(text: string): string {
  return (
    text
      .toLowerCase()
      .replaceAll('licence', 'license')
      .replace(/\([^()]*\)/g, ' ')
      .replace(/(?<![a-z])v(?:ersion)?\.? ?(?=\d)/g, ' ')
      .replace(/(?<=[a-z])v?(?=\d)/g, ' ')
      .match(/[a-z]+|\d+(?:\.\d+)*/g)
      ?.filter((word) => word !== 'the')
      .join(' ') ?? ''
  );
}

function belongs(text: string, identifier: string): boolean {
  const words = wordsOf(
    `${identifier} ${list[identifier]?.name ?? ''} ${list[`${identifier}-only`]?.name ?? ''}`,
  );
  const named = text.replace(/\bor (?:any )?(?:later|newer)\b/i, ' ');
  return [...wordsOf(named)].every((word) => words.has(word) || COMMON_WORDS.has(word));
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(
    text
      .toLowerCase()
      .replace(/v(?=\d)/g, ' ')
      .match(/\p{L}+/gu),
  );
}
