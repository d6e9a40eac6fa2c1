import correct from 'spdx-correct';
import list from 'spdx-license-list';

const MAX_LENGTH = 200;

/** Acronyms of PyPI's classifiers and common names, which SPDX does not list. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['iscl', 'ISC'],
  ['psf', 'PSF-2.0'],
  ['psfl', 'PSF-2.0'],
  ['expat', 'MIT'],
  ['mit x 11', 'MIT'],
  ['zlib libpng', 'Zlib'],
  ['zlib libpng license', 'Zlib'],
  ['python', 'Python-2.0'],
  ['python license', 'Python-2.0'],
  ['sil ofl 1.1', 'OFL-1.1'],
  ['asl 2.0', 'Apache-2.0'],
  ['gpl', 'GPL-1.0-or-later'],
  ['lgpl', 'LGPL-2.0-or-later'],
  ['agpl', 'AGPL-3.0-or-later'],
]);

/** Words that many names contain, and that name no license by themselves. */
const COMMON_WORDS: ReadonlySet<string> = new Set(
  'the a of under version only license licenses licence licensed software open source free public general new modified revised simplified original clause'.split(
    ' ',
  ),
);

const VERSION_AT_END = / [\d.]+(?: only| or later)?$/;

/** Identifiers by the phrases of identifier and name; the first one of a phrase counts. */
const IDENTIFIERS: ReadonlyMap<string, string> = new Map(
  Object.entries(list)
    .toReversed()
    .flatMap(([id, { name }]) => [
      [phraseOf(name), id],
      [phraseOf(id), id],
    ]),
);
/** Identifiers by what precedes the version: `python software foundation license`, `cc by sa`. */
const UNVERSIONED: ReadonlyMap<string, string> = new Map(
  [...IDENTIFIERS]
    .toReversed()
    .map(([phrase, id]): [string, string] => [phrase.replace(VERSION_AT_END, ''), id])
    .filter(([phrase]) => phrase.includes('license') || /^(?:cc )?[a-z]+(?: sa)?$/.test(phrase)),
);
const ACRONYM = /\(([^()]+)\)$/;

/**
 * Returns the SPDX identifier of the license that a text names, or undefined. A name without a version stands for the
 * first version listed. `spdx-correct` reads misspelled names. Its reading counts only if every word of the text belongs
 * to the license's identifier or name, because it reads `MIT` in `LIMITED` and `GPL` in `Not GPL`.
 */
export function identifyLicense(name: string): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  const text = name.split(' :: ').at(-1) ?? '';
  const phrase = phraseOf(text);
  const exact = IDENTIFIERS.get(phrase) ?? OTHER_NAMES.get(phrase);
  if (exact !== undefined || phrase === '') return exact;
  const corrected = correct(text, { upgrade: false })?.replace(/\+$/, '');
  if (corrected && belongs(text, corrected)) return corrected;
  const acronym = ACRONYM.exec(text.trim())?.[1];
  return UNVERSIONED.get(phrase) ?? (acronym && identifyLicense(acronym));
}

/** The words of a text in lower case: versions without `v`; no punctuation and no acronym in parentheses. */
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
