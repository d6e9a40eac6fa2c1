/** @import { Catalog, CatalogKind, Conversion, Input, Row, State } from '../types.ts' */
import { splitExtension } from './paths.js';
import { formatQuery } from './query.js';
import { heightOf, LONG_URL, SNIPPET_FORMATS } from './snippets.js';

/** A README's usual five badges, by the ids of their kinds. */
const USUAL = ['version', 'python-versions', 'license', 'downloads-month', 'status'];
const MAX_ROWS = 100;

/**
 * Returns the badges that the page shows for an input.
 * @param {Input} input
 * @param {State} state
 * @param {Catalog} catalog
 * @param {string} origin absolute URLs begin with it
 * @returns {Row[]}
 */
export function rowsOf(input, state, catalog, origin) {
  if (input.type === 'project')
    return catalog.kinds.map((kind) => rowOfKind(kind, input.project, state, catalog, origin));
  if (input.type === 'badge') return [rowOfConversion(input.badge, state, catalog, origin)];
  if (input.type !== 'document') return [];
  const distinct = new Map(input.badges.map((badge) => [badge.from, badge]));
  return [...distinct.values()]
    .slice(0, MAX_ROWS)
    .map((badge) => rowOfConversion(badge, { ...state, values: {}, dark: {} }, catalog, origin));
}

/**
 * Returns the snippets of the usual five badges of a project, one below the other.
 * @param {readonly Row[]} rows
 * @param {State} state
 */
export function usualSnippets(rows, { format }) {
  const usual = USUAL.flatMap((id) => rows.find(({ key }) => key === id)?.snippet ?? []);
  return usual.join(SNIPPET_FORMATS.find(({ id }) => id === format)?.separator ?? '\n');
}

/**
 * @param {CatalogKind} kind
 * @param {string} project
 * @param {State} state
 * @param {Catalog} catalog
 * @param {string} origin
 * @returns {Row}
 */
function rowOfKind(kind, project, state, catalog, origin) {
  const pathOf = (/** @type {string} */ extension) =>
    kind.path.replace('{project}', encodeURIComponent(project)).replace('{extension}', extension);
  const chosen = (/** @type {Readonly<Record<string, string>>} */ values) =>
    formatQuery(queryOf(values, kind, state.extension, catalog));
  const query = chosen(state.values);
  const image = pathOf(state.extension) + query;
  const dark = pathOf(state.extension) + chosen({ ...state.values, ...state.dark });
  return {
    key: kind.id,
    title: kind.title,
    image,
    twin: pathOf('json') + query,
    height: heightOf(state.values['style']),
    notes: notesOf(origin + image),
    isFramework: kind.isFramework,
    ...snippetOf({ image, dark, kind, project, title: kind.title }, state, origin),
  };
}

/**
 * @param {Conversion} conversion
 * @param {State} state
 * @param {Catalog} catalog
 * @param {string} origin
 * @returns {Row}
 */
function rowOfConversion(conversion, state, catalog, origin) {
  const { from, to, kind, project, notes } = conversion;
  const title = kind === undefined ? from : `${kind.title} of ${project}`;
  const base = { key: from, title, height: 20, isFramework: false, notes };
  if (to === undefined) return base;
  const [path = '', given = ''] = to.split('?');
  const withValues = (/** @type {Readonly<Record<string, string>>} */ values) => {
    const query = new Map(new URLSearchParams(given));
    for (const [name, value] of queryOf(values, kind, 'png', catalog)) query.set(name, value);
    return path + formatQuery([...query]);
  };
  const image = withValues(state.values);
  const dark = withValues({ ...state.values, ...state.dark });
  const [, query] = image.split('?');
  const { stem } = splitExtension(path, catalog);
  const alt = kind === undefined ? 'badge' : kind.title;
  return {
    ...base,
    image,
    twin: `${stem}.json${query === undefined ? '' : `?${query}`}`,
    height: heightOf(new URLSearchParams(query).get('style') ?? undefined),
    notes: [...notes, ...notesOf(origin + image)],
    ...snippetOf({ image, dark, kind, project, title: alt }, state, origin),
  };
}

/**
 * Returns the parameters that change a badge.
 * @param {Readonly<Record<string, string>>} values
 * @param {CatalogKind | undefined} kind
 * @param {string} extension
 * @param {Catalog} catalog
 * @returns {[string, string][]}
 */
function queryOf(values, kind, extension, catalog) {
  return catalog.parameters.flatMap(({ name, changes, default: usual }) => {
    const value = values[name];
    if (value === undefined || value === usual) return [];
    if (changes === 'content' && !kind?.parameters.includes(name)) return [];
    if (changes === 'index' && kind?.facts === 'downloads') return [];
    return changes === 'size' && extension === 'svg' ? [] : [[name, value]];
  });
}

/**
 * @param {{ image: string, dark: string, kind: CatalogKind | undefined, project: string | undefined, title: string }} badge
 * @param {State} state
 * @param {string} origin
 */
function snippetOf({ image, dark, kind, project, title }, state, origin) {
  const wanted = SNIPPET_FORMATS.find(({ id }) => id === state.format);
  const isPointless = wanted?.needsDark === true && image === dark;
  const format = isPointless ? SNIPPET_FORMATS.find(({ id }) => id === 'html') : wanted;
  if (format === undefined) return {};
  const snippet = format.format({
    image: origin + image,
    dark: origin + dark,
    alt: title,
    height: heightOf(state.values['style']),
    ...(kind !== undefined && project !== undefined && { link: linkOf(kind, project, image) }),
  });
  return { snippet };
}

/**
 * @param {CatalogKind} kind
 * @param {string} project
 * @param {string} image
 */
function linkOf(kind, project, image) {
  const name = encodeURIComponent(project);
  if (kind.facts === 'downloads') return `https://pypistats.org/packages/${name.toLowerCase()}`;
  const index = new URLSearchParams(image.split('?')[1]).get('pypiBaseUrl');
  return `${index?.startsWith('https://') ? index : 'https://pypi.org'}/project/${name}/`;
}

/** @param {string} url */
function notesOf(url) {
  if (url.length < LONG_URL) return [];
  return [`This URL has ${url.length} characters: GitHub may refuse to show it.`];
}
