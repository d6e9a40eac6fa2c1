/** @import { Catalog, Input } from '../types.ts' */
import { convertUrl } from './convert.js';
import { convertDocument } from './document.js';
import { isProjectName } from './paths.js';
import { trimUrl } from './trim-url.js';
import { looksLikeToml, readProjectName } from './pyproject.js';

export const MAX_INPUT_CHARACTERS = 2 ** 20;
const SCHEME = /^[a-z][a-z\d+.-]*:/i;
const URL_START = /^(?:https?:|\/|[\w-]+(?:\.[\w-]+)+(?::\d+)?\/)/i;
// oxlint-disable-next-line no-control-regex -- binary files have such bytes, texts do not
const BINARY = /[\0-\x08\x0e-\x1a\x1c-\x1f]/;

/**
 * Returns what a text is: a project's name, a URL, a `pyproject.toml`, or a document with badges. Never throws.
 * @param {string} text
 * @param {Catalog} catalog
 * @param {string} [origin] our own, such as `https://badges.example`
 * @returns {Input}
 */
export function readInput(text, catalog, origin = '') {
  if (text.length > MAX_INPUT_CHARACTERS) return refused('This text is longer than 1 MiB.');
  if (BINARY.test(text)) return refused('This is not a text.');
  const trimmed = text.trim();
  if (trimmed === '') return { type: 'empty' };
  if (isProjectName(trimmed, catalog)) return { type: 'project', project: trimmed };
  if (!/\s/.test(trimmed) && URL_START.test(trimmed)) {
    return convertUrl(trimUrl(trimmed), catalog, origin);
  }
  if (looksLikeToml(trimmed)) return readToml(trimmed, catalog);
  const { badges, text: converted } = convertDocument(text, catalog, origin);
  if (badges.length > 0) return { type: 'document', badges, text: converted };
  if (SCHEME.test(trimmed)) return convertUrl(trimmed, catalog);
  return refused(
    /\n/.test(trimmed)
      ? 'This text contains no badge that pypins can replace.'
      : 'This is neither a project’s name nor the URL of a badge.',
  );
}

/**
 * @param {string} text
 * @param {Catalog} catalog
 * @returns {Input}
 */
function readToml(text, catalog) {
  const result = readProjectName(text);
  if ('reason' in result) return refused(result.reason);
  if (!isProjectName(result.name, catalog))
    return refused(`“${result.name.slice(0, 100)}” is not a project’s name.`);
  return { type: 'project', project: result.name };
}

/**
 * @param {string} reason
 * @returns {Input}
 */
function refused(reason) {
  return { type: 'refused', reason };
}
