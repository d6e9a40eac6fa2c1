/** @import { BadgeUrl, Catalog, Reading } from '../types.ts' */
import { findKind, readBadge, splitExtension } from './paths.js';

const NAMES = { left_text: 'label', left_color: 'labelColor', right_color: 'color' };
/** @type {ReadonlyMap<string, string>} */
const KIND_OF_PERIOD = new Map([
  ['total', 'dt'],
  ['month', 'dm'],
  ['monthly', 'dm'],
  ['week', 'dw'],
  ['weekly', 'dw'],
]);
/** pepy.tech's units → forms of `number`. */
const FORMS = new Map([
  ['international_system', 'si'],
  ['abbreviation', 'short'],
  ['none', 'full'],
]);
const NO_TOTAL = 'All downloads together are not known here: it shows those of a month.';
const MIRRORS = 'pepy.tech counts the downloads of mirrors; here they are left out.';

/**
 * Reads pepy.tech's `/badge/<project>[/<period>]` and `/personalized-badge/<project>?period=…`.
 * @param {BadgeUrl} url
 * @param {Catalog} catalog
 * @returns {Reading}
 */
export function readPepy({ segments, query }, catalog) {
  const [first = '', second = '', third] = segments;
  if (!/^(?:personalized-)?badge$/.test(first) || second === '')
    return { reason: 'This page of pepy.tech is not a badge.' };
  const { stem: project } = splitExtension(second, catalog);
  const period = third ?? query.find(([name]) => name === 'period')?.[1] ?? 'total';
  const wanted = KIND_OF_PERIOD.get(period);
  const isKnown = wanted !== 'dt' || findKind(catalog, 'shields', 'dt') !== undefined;
  const kindName = isKnown ? (wanted ?? period) : 'dm';
  const kind = findKind(catalog, 'shields', kindName);
  const path = kindName === 'dt' ? `/pepy/dt/${project}` : `/pypi/${kindName}/${project}`;
  const reading = readBadge(
    { kind, kindName, project, path, extension: 'svg' },
    [...query.filter(([name]) => name !== 'period' && name !== 'units'), ...formOf(query, kind)],
    catalog,
    NAMES,
  );
  if (!('badge' in reading)) return reading;
  const note = isKnown ? [] : [NO_TOTAL];
  return {
    ...reading,
    notes: [...note, ...(kindName === 'dt' ? [] : [MIRRORS]), ...(reading.notes ?? [])],
  };
}

/**
 * @param {BadgeUrl['query']} query
 * @param {{ parameters: readonly string[] } | undefined} kind
 * @returns {BadgeUrl['query']}
 */
function formOf(query, kind) {
  const form = FORMS.get(query.find(([name]) => name === 'units')?.[1] ?? '');
  return form === undefined || !kind?.parameters.includes('number') ? [] : [['number', form]];
}
