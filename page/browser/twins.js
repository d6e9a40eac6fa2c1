/** @import { Row } from '../types.ts' */

/**
 * What the service says of a badge: its text, and why it may not be the newest.
 * @typedef {object} Twin
 * @property {string} verdict as in `X-Badge-Status`; `offline` if pypins does not answer
 * @property {string} label
 * @property {string} message
 * @property {string | undefined} namedLogo
 * @property {string | undefined} retryAfter seconds
 */

/** Requests at once: the pictures need some as well. */
const PARALLEL = 4;
const MAX_KEPT = 500;
const OFFLINE = {
  verdict: 'offline',
  label: '',
  message: '',
  namedLogo: undefined,
  retryAfter: undefined,
};
/** Answers that stay as they are while the page is open. */
const LASTING = new Set(['ok', 'not-found', 'invalid']);

/** Creates the look-up of badges as JSON; each URL is asked once. */
export function createTwins() {
  /** @type {Map<string, Promise<Twin>>} */
  const kept = new Map();

  /** @param {string} url */
  const look = (url) => {
    const known = kept.get(url);
    if (known !== undefined) return known;
    const asked = ask(url);
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(url, asked);
    void asked.then(({ verdict }) => LASTING.has(verdict) || kept.delete(url));
    return asked;
  };

  /**
   * Looks up several badges, a few at a time, until a signal aborts.
   * @param {readonly Row[]} rows
   * @param {AbortSignal} signal
   * @param {(row: Row, twin: Twin) => void} onFound
   */
  const lookAll = async (rows, signal, onFound) => {
    const waiting = [...rows];
    const work = async () => {
      for (let row = waiting.shift(); row !== undefined && !signal.aborted; row = waiting.shift()) {
        if (row.twin === undefined) continue;
        const twin = await look(row.twin);
        if (!signal.aborted) onFound(row, twin);
        if (twin.verdict === 'limited') return;
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));
  };
  return { look, lookAll };
}

/**
 * @param {string} url
 * @returns {Promise<Twin>}
 */
async function ask(url) {
  try {
    const response = await fetch(url);
    /** @type {unknown} */
    const body = await response.json();
    const field = (/** @type {string} */ name) => textOf(body, name);
    return {
      verdict: response.headers.get('X-Badge-Status') ?? 'error',
      label: field('label') ?? '',
      message: field('message') ?? '',
      namedLogo: field('namedLogo'),
      retryAfter: response.headers.get('Retry-After') ?? undefined,
    };
  } catch {
    return OFFLINE;
  }
}

/**
 * @param {unknown} body
 * @param {string} name
 */
function textOf(body, name) {
  /** @type {unknown} */
  const value = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}
