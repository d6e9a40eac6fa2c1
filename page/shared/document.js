/** @import { Catalog, Conversion } from '../types.ts' */
import { convertUrl } from './convert.js';
import { SERVICES } from './services.js';
import { trimUrl } from './trim-url.js';

const URLS = /(?:https?:)?\/\/([\w.-]+)\/[^\s"'<>`\\[\]]*/gi;
/** What stands before the target of a link, rather than before a picture. */
const BEFORE_LINK = /(?:\)\]\(\s*|:target:\s*|href\s*=\s*["']?|link\s*=\s*["']?)$/i;

/**
 * Replaces the badges in a document of any markup. Returns the new text, and all badges in their order.
 * @param {string} text
 * @param {Catalog} catalog
 * @param {string} origin
 * @returns {{ text: string, badges: Conversion[] }}
 */
export function convertDocument(text, catalog, origin) {
  /** @type {Conversion[]} */
  const badges = [];
  const converted = text.replace(
    URLS,
    (match, /** @type {string} */ host, /** @type {number} */ offset) => {
      if (!SERVICES.has(host.toLowerCase())) return match;
      const found = trimUrl(match);
      const rest = match.slice(found.length);
      const isLink = BEFORE_LINK.test(text.slice(Math.max(0, offset - 20), offset));
      if (isLink) return convertLink(found) + rest;
      const isEscaped = found.includes('&amp;');
      const input = convertUrl(isEscaped ? found.replaceAll('&amp;', '&') : found, catalog);
      if (input.type !== 'badge') return match;
      badges.push({ ...input.badge, from: found });
      const { to } = input.badge;
      if (to === undefined) return match;
      return origin + (isEscaped ? to.replaceAll('&', '&amp;') : to) + rest;
    },
  );
  return { text: converted, badges };
}

/**
 * badge.fury.io's pages show what PyPI's show, too.
 * @param {string} url
 */
function convertLink(url) {
  return url.replace(
    /^(?:https?:)?\/\/badge\.fury\.io\/py\/([\w.-]+)\/?$/i,
    'https://pypi.org/project/$1/',
  );
}
