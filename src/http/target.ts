import { BadgeError } from '../errors.ts';
import type { BadgeMiddleware } from './state.ts';

/** Of path and query, in bytes: a logo of 8 KiB, its escapes, and the rest. The edge has the same limit. */
export const MAX_TARGET_LENGTH = 10_240;

/**
 * An escape of an unreserved character (RFC 3986 §2.3). One after a `%`, or a `%` and a digit, that begin no escape is
 * left alone: with them, what it stands for could become another escape.
 */
const UNRESERVED_ESCAPE = /(?<!%)(?<!%[\da-f])%(?:2[de]|3\d|4[1-9a-f]|5[\daf]|6[1-9a-f]|7[\dae])/gi;

/**
 * Decodes the escapes that stand for the same as what they escape (RFC 3986 §6.2.2.2), as the edge does, so that nothing
 * later depends on how a URL is spelled. Idempotent.
 */
export function decodeUnreserved(target: string): string {
  if (!target.includes('%')) return target;
  return target.replace(UNRESERVED_ESCAPE, (escape) =>
    String.fromCharCode(Number.parseInt(escape.slice(1), 16)),
  );
}

/** Middleware: refuses a URL that is longer than the edge would pass on. */
export const refuseLongTargets: BadgeMiddleware = (ctx, next) => {
  if (ctx.originalUrl.length > MAX_TARGET_LENGTH)
    throw new BadgeError('invalid-name', 'the URL is too long');
  return next();
};
