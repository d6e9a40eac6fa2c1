/** @import { BadgeUrl, Catalog, Reading } from '../types.ts' */
import { findKind, readBadge, splitExtension } from './paths.js';
import { convertQuery } from './query.js';
import { readPepy } from './pepy.js';

/** @typedef {Readonly<Record<string, string>>} Names names of a service's parameters → ours */

/** @type {Names} shields.io's old names */
const OLD_NAMES = { colorA: 'labelColor', colorB: 'color', maxAge: 'cacheSeconds' };
/** @type {Names} */
const FURY_NAMES = { icon: 'logo', icon_color: 'logoColor' };
/** @type {Names} */
const BADGEN_NAMES = { cache: 'cacheSeconds' };

/**
 * Host → reader of its badges.
 * @type {ReadonlyMap<string, (url: BadgeUrl, catalog: Catalog) => Reading>}
 */
export const SERVICES = new Map([
  ['img.shields.io', readShields],
  ['shields.io', readShields],
  ['www.shields.io', readShields],
  ['raster.shields.io', readRasterShields],
  ['badgen.net', readBadgen],
  ['flat.badgen.net', readFlatBadgen],
  ['badge.fury.io', readFury],
  ['pepy.tech', readPepy],
  ['www.pepy.tech', readPepy],
  ['static.pepy.tech', readPepy],
  ['pypip.in', readPypip],
  ['www.pypip.in', readPypip],
]);

/**
 * Reads a badge of our own.
 * @param {BadgeUrl} url
 * @param {Catalog} catalog
 * @returns {Reading}
 */
export function readOwn(url, catalog) {
  const [first = ''] = url.segments;
  if (first === 'py') return readFury(url, catalog);
  if (/^(?:pypi|pepy|badge|static)$|^:/.test(first)) return readShields(url, catalog);
  return readPypip(url, catalog);
}

/**
 * @param {BadgeUrl} url
 * @param {Catalog} catalog
 * @param {Names} [renamed]
 * @returns {Reading}
 */
function readShields({ segments, query }, catalog, renamed = OLD_NAMES) {
  const [first = '', second = '', ...others] = segments;
  if (first === 'badge' || first === 'static' || first.startsWith(':'))
    return readStatic(segments, query, catalog, renamed);
  if (first !== 'pypi' && first !== 'pepy')
    return { reason: `“/${first}/…” is not about a package on PyPI.` };
  const isFramework = second === 'frameworkversions';
  const kindName = isFramework ? `${second}/${others[0] ?? ''}` : second;
  const rest = isFramework ? others.slice(1) : others;
  if (rest.length === 0 || rest.length > 2)
    return { reason: 'Its path is not that of a badge: it never worked.' };
  const { stem, extension } = splitExtension(rest.at(-1) ?? '', catalog);
  const [project, release] = rest.length === 1 ? [stem, undefined] : [rest[0] ?? '', stem];
  const kind = findKind(catalog, 'shields', kindName);
  const path = `/${[first, kindName, project, ...(release === undefined ? [] : [release])].join('/')}`;
  return readBadge({ kind, kindName, project, release, path, extension }, query, catalog, renamed);
}

/**
 * Static badges keep their path.
 * @param {readonly string[]} segments
 * @param {BadgeUrl['query']} query
 * @param {Catalog} catalog
 * @param {Names} renamed
 * @returns {Reading}
 */
function readStatic(segments, query, catalog, renamed) {
  if (segments[1] === 'dynamic' || segments[1] === 'endpoint')
    return { reason: 'It shows content that another host provides: pypins asks no other hosts.' };
  const { query: kept, notes } = convertQuery(query, { catalog, renamed });
  return { badge: { path: `/${segments.join('/')}`, query: kept }, notes };
}

/** @type {typeof readShields} */
function readRasterShields(url, catalog) {
  const reading = readShields(url, catalog);
  if (!('badge' in reading)) return reading;
  const { badge } = reading;
  const last = badge.path.slice(badge.path.lastIndexOf('/') + 1);
  const hasExtension = splitExtension(last, catalog).extension !== '';
  return hasExtension ? reading : { ...reading, badge: { ...badge, path: `${badge.path}.png` } };
}

/**
 * @param {BadgeUrl} url
 * @param {Catalog} catalog
 */
function readBadgen(url, catalog) {
  return readShields(url, catalog, BADGEN_NAMES);
}

/**
 * @param {BadgeUrl} url
 * @param {Catalog} catalog
 */
function readFlatBadgen(url, catalog) {
  return readBadgen({ ...url, query: [['style', 'flat-square'], ...url.query] }, catalog);
}

/**
 * @param {BadgeUrl} url
 * @param {Catalog} catalog
 * @returns {Reading}
 */
function readFury({ segments, query }, catalog) {
  const [first = '', second = '', ...others] = segments;
  if (first !== 'py' || second === '' || others.length > 0)
    return { reason: `“/${first}/…” is not about a package on PyPI.` };
  const { stem, extension } = splitExtension(second, catalog);
  const [project = '', size] = stem.split('@');
  const kind = findKind(catalog, 'fury', 'version');
  const path = `/py/${project}${size === undefined ? '' : `@${size}`}`;
  /** @type {BadgeUrl['query']} */
  const named = query.map(([name, value]) => [
    name,
    name === 'icon' ? value.replace(/^si:/, '') : value,
  ]);
  const parts = { kind, kindName: 'version', project, path, extension: extension || 'svg' };
  return readBadge(parts, named, catalog, FURY_NAMES);
}

/**
 * Reads `/<kind>/<project>/badge.<ext>`, and the older `/<kind>/<project>.<ext>`.
 * @param {BadgeUrl} url
 * @param {Catalog} catalog
 * @returns {Reading}
 */
function readPypip({ segments, query }, catalog) {
  const [kindName = '', second = '', file, ...others] = segments;
  if (second === '' || others.length > 0)
    return { reason: 'Its path is not that of a badge: it names no project.' };
  const old = splitExtension(second, catalog);
  const project = file === undefined ? old.stem : second;
  const extension = file === undefined ? old.extension : /^badge\.([a-z]+)/i.exec(file)?.[1];
  if (extension === undefined || !catalog.extensions.includes(extension.toLowerCase()))
    return { reason: 'Its path is not that of a badge.' };
  const path = `/${kindName}/${project}/badge`;
  const kind = findKind(catalog, 'pypip', kindName);
  return readBadge(
    { kind, kindName, project, path, extension: extension.toLowerCase() },
    query,
    catalog,
  );
}
