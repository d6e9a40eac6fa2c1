/** @import { Catalog, CatalogKind } from '../types.ts' */

/** @typedef {readonly (readonly [name: string, value: string])[]} Pairs */

/** Why a parameter is not kept. */
const REASONS = new Map([
  ['link', 'a picture has no links; the snippet has one'],
  ['logoWidth', 'shields.io dropped it in 2025'],
  ['logoPosition', 'shields.io dropped it in 2024'],
  ['iconWidth', 'logos have the width of their shape'],
  ['longCache', 'shields.io dropped it'],
]);

/**
 * Returns the parameters of another service's badge that ours have, and a note for each that is lost. `renamed`: the
 * service's names of parameters that have another name here. `kind` is undefined for static badges.
 * @param {Pairs} pairs
 * @param {{ catalog: Catalog, kind?: CatalogKind | undefined, renamed?: Readonly<Record<string, string>> }} options
 * @returns {{ query: Pairs, notes: string[] }}
 */
export function convertQuery(pairs, { catalog, kind, renamed = {} }) {
  /** @type {Map<string, string>} */
  const kept = new Map();
  /** @type {string[]} */
  const notes = [];
  for (const name of new Set(pairs.map(([each]) => each))) {
    const values = pairs.filter(([each]) => each === name).map(([, value]) => value);
    const ours = Object.hasOwn(renamed, name) ? (renamed[name] ?? name) : name;
    const result = convertValue(ours, values, catalog, kind);
    if ('reason' in result) notes.push(`“${name}” is dropped: ${result.reason}.`);
    // The new name wins where both are given.
    else if (result.value !== undefined && (ours === name || !kept.has(ours)))
      kept.set(ours, result.value);
  }
  return { query: [...kept], notes };
}

/**
 * @param {string} name
 * @param {readonly string[]} values
 * @param {Catalog} catalog
 * @param {CatalogKind | undefined} kind
 * @returns {{ value: string | undefined } | { reason: string }} undefined: nothing is lost without it
 */
function convertValue(name, values, catalog, kind) {
  const [value = '', ...others] = values;
  if (others.length > 0) return { reason: 'it is given more than once' };
  const parameter = catalog.parameters.find((each) => each.name === name);
  if (parameter === undefined) return { reason: REASONS.get(name) ?? 'it has no meaning here' };
  if (kind !== undefined && parameter.changes === 'content' && !kind.parameters.includes(name))
    return { reason: 'it does not change this badge' };
  if (value === '' && !parameter.keepsEmpty) return { value: undefined };
  const known = name === 'style' ? value.replace(/^popout/, 'flat') : value;
  if (parameter.values !== undefined && !parameter.values.includes(known))
    return { reason: `it has no value “${value}”` };
  return { value: known };
}

/**
 * Writes a query, `?` included; empty for no parameters. Parentheses and quotes are escaped, because snippets end at
 * them.
 * @param {Pairs} pairs
 * @returns {string}
 */
export function formatQuery(pairs) {
  const parts = pairs.map(([name, value]) => `${escapePart(name)}=${escapePart(value)}`);
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** @param {string} text */
function escapePart(text) {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
