import type { IncomingMessage } from 'node:http';
import { BadgeError } from '../../errors.ts';
import { readParameters } from './parameters.ts';
import type { BadgeMiddleware } from '../state.ts';

/** Of path and query, in bytes: a logo of 8 KiB, its escapes, and the rest. The edge has the same limit. */
export const MAX_TARGET_LENGTH = 10_240;

/** Targets that are canonical already, which most are. */
const CANONICAL = /^(?:\/[\w.@~-]+)+(?:\?[\w.~=&+-]*)?$/;

/** An escaped UTF-8 sequence, or an escaped byte that begins none. */
const ESCAPED_BYTES =
  /%[cd][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[0-7](?:%[89ab][\da-f]){3}|%[89a-f][\da-f]/gi;

/**
 * Returns the one form in which all spellings of a request target reach the application: without origin and fragment,
 * with escapes that can be decoded, without slashes that change nothing. `GET http://host/path` is valid as well, but
 * Koa's parser throws for an invalid host.
 */
export function canonicalTarget(target: string): string {
  if (CANONICAL.test(target)) return target;
  const [path = '', ...query] = escapeMisfits(withoutOrigin(target)).split('?');
  return [canonicalPath(path), ...query].join('?');
}

function withoutOrigin(target: string): string {
  return target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/#.*$/s, '');
}

/**
 * Escapes what decoding would fail at: a bare `%`, which stands for itself, and bytes that are not UTF-8. Node gives
 * raw bytes as Latin-1.
 */
function escapeMisfits(text: string): string {
  if (!/[%\x80-\xff]/.test(text)) return text;
  return text
    .replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`)
    .replace(/%(?![\da-f]{2})/gi, '%25')
    .replace(ESCAPED_BYTES, (bytes) => (isText(bytes) ? bytes : bytes.replaceAll('%', '%25')));
}

function isText(escaped: string): boolean {
  try {
    return decodeURIComponent(escaped) !== '';
  } catch {
    return false;
  }
}

/**
 * Decodes letters, digits, `-`, `.`, `_` and `~`, which need no escape (RFC 3986 §6.2.2.2). A slash at the end changes
 * nothing; doubled slashes neither, except inside the text of a static badge.
 */
function canonicalPath(path: string): string {
  const plain = path.replace(/%[\da-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(parseInt(escape.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : escape;
  });
  // Where pypistats.org's rules hold: there, every slash counts.
  if (/^\/+api\//.test(plain)) return plain.replace(/^\/+/, '/');
  const [first = '', ...others] = trim(plain.split('/'));
  return `/${[first, ...withoutNeedlessSlashes(first, others)].join('/')}`;
}

function withoutNeedlessSlashes(first: string, others: readonly string[]): readonly string[] {
  if (first.startsWith(':')) return others;
  return first === 'badge' ? trim(others) : others.filter((segment) => segment !== '');
}

/** Drops empty segments at both ends. */
function trim(segments: readonly string[]): readonly string[] {
  const start = segments.findIndex((segment) => segment !== '');
  return segments.slice(start, segments.findLastIndex((segment) => segment !== '') + 1);
}

export interface Targets {
  /** Makes the target of a request canonical. */
  readonly canonicalize: (request: IncomingMessage) => void;
  /** Refuses a URL that is longer than the edge would pass on. Of its parameters only `strict` counts, as at the edge. */
  readonly refuseLong: BadgeMiddleware;
}

/** The length counts before a target is canonical, in which a bare `%` has three characters. */
export function createTargets(): Targets {
  const tooLong = new WeakSet<IncomingMessage>();
  return {
    canonicalize(request) {
      const target = withoutOrigin(request.url ?? '/');
      if (target.length > MAX_TARGET_LENGTH) tooLong.add(request);
      request.url = canonicalTarget(target);
    },
    refuseLong({ req, state }, next) {
      if (!tooLong.has(req)) return next();
      state.parameters = { ...readParameters(''), strict: state.parameters.strict };
      throw new BadgeError('invalid-name', 'the URL is too long');
    },
  };
}
