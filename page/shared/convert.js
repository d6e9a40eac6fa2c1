/** @import { BadgeUrl, Catalog, Conversion, Input } from '../types.ts' */
import { isProjectName } from './paths.js';
import { formatQuery } from './query.js';
import { readOwn, SERVICES } from './services.js';

/** Proxies of pictures: the last segment of their paths is the picture's URL in hex digits. */
const IMAGE_PROXIES = new Set(['camo.githubusercontent.com', 'pypi-camo.freetls.fastly.net']);
/** Pages about a project; its name follows the given segment. */
const PROJECT_PAGES = new Map([
  ['pypi.org', /^(?:project|simple)$/],
  ['pypi.python.org', /^(?:pypi|simple)$/],
  ['test.pypi.org', /^(?:project|simple)$/],
  ['pypistats.org', /^packages$/],
  ['pepy.tech', /^projects?$/],
]);
const MAX_URL_LENGTH = 16_384;

/**
 * Converts the URL of a badge, or of a project's page. `origin`: our own, whose badges stay as they are.
 * @param {string} text
 * @param {Catalog} catalog
 * @param {string} [origin]
 * @returns {Input}
 */
export function convertUrl(text, catalog, origin = '') {
  const url = parseUrl(text, origin);
  if (typeof url === 'string') return { type: 'refused', reason: url };
  const project = projectOf(url, catalog);
  if (project !== undefined) return { type: 'project', project };
  const proxied = IMAGE_PROXIES.has(url.host) ? fromHex(url.segments.at(-1) ?? '') : '';
  if (proxied !== '') {
    const converted = convertUrl(proxied, catalog);
    return converted.type === 'badge'
      ? { ...converted, badge: { ...converted.badge, from: text } }
      : converted;
  }
  return { type: 'badge', badge: convertBadge(text, url, catalog, origin) };
}

/**
 * @param {string} from
 * @param {BadgeUrl} url
 * @param {Catalog} catalog
 * @param {string} origin
 * @returns {Conversion}
 */
function convertBadge(from, url, catalog, origin) {
  const read = url.host === hostOf(origin) ? readOwn : SERVICES.get(url.host);
  if (read === undefined)
    return { from, notes: [`${url.host} is no service whose badges pypins can replace.`] };
  const reading = read(url, catalog);
  if (!('badge' in reading)) return { from, notes: [reading.reason] };
  const { path, query, ...subject } = reading.badge;
  const { kind, project } = subject;
  return {
    from,
    to: escapePath(path) + formatQuery(query),
    ...(kind && { kind }),
    ...(project !== undefined && { project }),
    notes: reading.notes ?? [],
  };
}

/**
 * Returns the parts of a URL, or a sentence that says why it is none.
 * @param {string} text
 * @param {string} origin
 * @returns {BadgeUrl | string}
 */
function parseUrl(text, origin) {
  if (text.length > MAX_URL_LENGTH) return 'This URL is too long.';
  const scheme = /^([a-z][a-z\d+.-]*):(?!\d)/i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https')
    return `A URL that begins with “${scheme}:” is not a badge.`;
  try {
    const url = new URL(withScheme(text, scheme), origin || 'https://pypins.invalid');
    const segments = url.pathname.split('/').slice(1);
    return {
      host: url.host,
      segments: segments.slice(0, segments.findLastIndex((segment) => segment !== '') + 1),
      query: [...url.searchParams],
    };
  } catch {
    return 'This is not a valid URL.';
  }
}

/**
 * @param {string} text
 * @param {string | undefined} scheme
 */
function withScheme(text, scheme) {
  if (scheme !== undefined || text.startsWith('/')) return text;
  return `https://${text}`;
}

/** @param {string} origin */
function hostOf(origin) {
  return origin === '' ? 'pypins.invalid' : new URL(origin).host;
}

/**
 * @param {BadgeUrl} url
 * @param {Catalog} catalog
 */
function projectOf({ host, segments }, catalog) {
  const [first = '', second = ''] = segments;
  const isPage = PROJECT_PAGES.get(host)?.test(first) === true;
  return isPage && isProjectName(second, catalog) ? second : undefined;
}

/** @param {string} digits */
function fromHex(digits) {
  if (!/^(?:[\da-f]{2}){8,4096}$/i.test(digits)) return '';
  const bytes = digits.match(/../g) ?? [];
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 16)));
}

/**
 * Escapes what would end a URL in a document.
 * @param {string} path
 */
function escapePath(path) {
  return path.replace(/["'()<>[\\\]^`{|}\s]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 128
      ? `%${code.toString(16).toUpperCase().padStart(2, '0')}`
      : encodeURIComponent(character);
  });
}
