/** @import { Catalog, State } from '../types.ts' */
import { formatQuery } from './query.js';
import { SNIPPET_FORMATS } from './snippets.js';

/** Longer texts are not kept in the page's address. */
const MAX_TEXT_IN_URL = 2_000;
const DEFAULT_FORMAT = 'markdown';
const DEFAULT_EXTENSION = 'svg';
/** Stands for an empty label: a form without scripts sends an empty `label` for the usual one. */
export const NO_LABEL = 'nolabel';
/** Parameters of the page that are none of a badge. */
export const OWN_PARAMETERS = ['project', 'as', 'file', NO_LABEL];

/**
 * Parameters that may differ for readers who prefer dark colors, by the names that the page has for those.
 * @param {Catalog} catalog
 * @returns {ReadonlyMap<string, string>} the page's name → the parameter
 */
export function darkParameters(catalog) {
  const names = ['color', 'labelColor', 'logoColor'].filter((name) =>
    catalog.parameters.some((parameter) => parameter.name === name),
  );
  return new Map(names.map((name) => [`dark${name[0]?.toUpperCase()}${name.slice(1)}`, name]));
}

/**
 * Reads the page's query.
 * @param {URLSearchParams} query
 * @param {Catalog} catalog
 * @returns {State}
 */
export function readState(query, catalog) {
  // A parameter that is given twice counts as absent, as for badges.
  const single = (/** @type {string} */ name) =>
    query.getAll(name).length === 1 ? query.get(name) : null;
  const format = single('as') ?? '';
  const extension = single('file') ?? '';
  const isKnown = SNIPPET_FORMATS.some(({ id }) => id === format);
  const offered = catalog.parameters.filter(({ isOffered }) => isOffered);
  const dark = [...darkParameters(catalog)];
  return {
    text: single('project') ?? '',
    format: isKnown ? format : DEFAULT_FORMAT,
    extension: catalog.extensions.includes(extension) ? extension : DEFAULT_EXTENSION,
    values: {
      ...given(
        offered.map(({ name, values }) => {
          const value = single(name);
          return [name, values?.includes(value ?? '') === false ? null : value];
        }),
      ),
      ...(single(NO_LABEL) && { label: '' }),
    },
    dark: given(dark.map(([ours, name]) => [name, single(ours)])),
  };
}

/** @param {(readonly [string, string | null])[]} pairs */
function given(pairs) {
  return Object.fromEntries(pairs.flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/**
 * Returns the page's query for a state; what is a default is left out.
 * @param {State} state
 * @param {Catalog} catalog
 */
export function writeState(state, catalog) {
  const { text, format, extension, values, dark } = state;
  const darkNames = new Map([...darkParameters(catalog)].map(([ours, name]) => [name, ours]));
  const isDefault = (/** @type {string} */ name, /** @type {string} */ value) =>
    catalog.parameters.some((each) => each.name === name && each.default === value);
  return formatQuery([
    ...pair('project', text.length > MAX_TEXT_IN_URL ? '' : text, ''),
    ...Object.entries(values).filter(([name, value]) => value !== '' && !isDefault(name, value)),
    ...pair(NO_LABEL, values['label'] === '' ? '1' : '', ''),
    ...Object.entries(dark).map(
      ([name, value]) => /** @type {const} */ ([darkNames.get(name) ?? name, value]),
    ),
    ...pair('as', format, DEFAULT_FORMAT),
    ...pair('file', extension, DEFAULT_EXTENSION),
  ]);
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string} defaultValue
 * @returns {[string, string][]}
 */
function pair(name, value, defaultValue) {
  return value === defaultValue ? [] : [[name, value]];
}
