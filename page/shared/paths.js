/** @import { Catalog, CatalogKind, Reading, BadgeUrl } from '../types.ts' */
import { convertQuery } from './query.js';

/** @typedef {'pypip' | 'shields' | 'fury'} Grammar */

/** Names in templates, which nobody has replaced. */
const PLACEHOLDER = /^(?:PYPI_PKG_NAME|YOUR_?PACKAGE|PACKAGE_?NAME|PROJECT_?NAME)$/i;

/**
 * Whether a text is the name of a project.
 * @param {string} text
 * @param {Catalog} catalog
 */
export function isProjectName(text, catalog) {
  // oxlint-disable-next-line pypins/linear-regexes -- judged where it is written: src/facts/names.ts
  return new RegExp(catalog.projectName, 'i').test(text);
}

/**
 * Splits off a known extension; other dots belong to the name.
 * @param {string} segment
 * @param {Catalog} catalog
 */
export function splitExtension(segment, catalog) {
  const dot = segment.lastIndexOf('.');
  const extension = dot < 0 ? '' : segment.slice(dot + 1).toLowerCase();
  return catalog.extensions.includes(extension)
    ? { stem: segment.slice(0, dot), extension }
    : { stem: segment, extension: '' };
}

/**
 * @param {Catalog} catalog
 * @param {Grammar} grammar
 * @param {string} name
 */
export function findKind(catalog, grammar, name) {
  return catalog.kinds.find(({ names }) => names[grammar]?.includes(name));
}

/**
 * Reads a badge of a project. `path` is the path without an extension.
 * @param {{ kind: CatalogKind | undefined, kindName: string, project: string, release?: string | undefined, path: string, extension: string }} parts
 * @param {BadgeUrl['query']} query
 * @param {Catalog} catalog
 * @param {Readonly<Record<string, string>>} [renamed]
 * @returns {Reading}
 */
export function readBadge(parts, query, catalog, renamed = {}) {
  const { kind, kindName, release, path, extension } = parts;
  const project = decode(parts.project);
  if (kind === undefined) return { reason: `There is no badge “${kindName}” here.` };
  if (!isProjectName(project, catalog)) return { reason: `“${project}” is not a project’s name.` };
  if (release !== undefined && kind.facts === 'downloads')
    return { reason: 'Downloads are counted for projects, not for their releases.' };
  if (
    query.some(([name]) => name === 'pypiBaseUrl') &&
    !catalog.parameters.some(({ name }) => name === 'pypiBaseUrl')
  )
    return { reason: 'It is about another index than PyPI.' };
  const { query: kept, notes } = convertQuery(query, { catalog, kind, renamed });
  const placeholder = PLACEHOLDER.test(project)
    ? [`“${project}” is a placeholder: put the project’s name there.`]
    : [];
  const badge = {
    path: extension === '' ? path : `${path}.${extension}`,
    query: kept,
    kind,
    project,
  };
  return { badge, notes: [...placeholder, ...notes] };
}

/**
 * Decodes percent escapes where that is possible.
 * @param {string} text
 */
export function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
