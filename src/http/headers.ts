import type { CacheClass } from '../errors.ts';
import type { AnswerFormat } from './paths.ts';

/** Cache lengths: to the world, where nobody can purge, and at our own edge, where we can. All in seconds. */
export const CACHE_LENGTHS: Readonly<
  Record<CacheClass, { worldSeconds: number; edgeSeconds: number }>
> = {
  facts: { worldSeconds: 300, edgeSeconds: 600 },
  // While somebody follows the releases, and purges what has changed.
  followed: { worldSeconds: 300, edgeSeconds: 86_400 },
  downloads: { worldSeconds: 3600, edgeSeconds: 3600 },
  static: { worldSeconds: 86_400, edgeSeconds: 86_400 },
  stale: { worldSeconds: 60, edgeSeconds: 60 },
  'not-found': { worldSeconds: 60, edgeSeconds: 60 },
  failing: { worldSeconds: 30, edgeSeconds: 10 },
  // One client's limit must not be served to others.
  limited: { worldSeconds: 30, edgeSeconds: 0 },
};

const MAX_EDGE_SECONDS = 86_400;

/** The classes that `?cacheSeconds=` may lengthen: an error or an old value must not be pinned. */
const LENGTHENED: ReadonlySet<CacheClass> = new Set(['facts', 'followed', 'downloads', 'static']);

/** What an answer of each format is called. */
export const CONTENT_TYPES: Readonly<Record<AnswerFormat, string>> = {
  svg: 'image/svg+xml; charset=utf-8',
  png: 'image/png',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  tiff: 'image/tiff',
  webp: 'image/webp',
  json: 'application/json; charset=utf-8',
};

const EXPOSED = [
  'X-Badge-Status',
  'X-Badge-Source',
  'X-Badge-Fetched-At',
  'X-Badge-Release',
  'X-Request-Id',
].join(', ');

/** On every answer: it runs nothing, loads nothing, and may be shown by any page. */
const SECURITY_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': EXPOSED,
  'Referrer-Policy': 'no-referrer',
};

/** Everything that the headers of an answer say. */
export interface AnswerPolicy {
  readonly format: AnswerFormat;
  readonly etag: string;
  readonly cacheClass: CacheClass;
  /** What the user asked for, at most the operator's ceiling. */
  readonly cacheSeconds: number;
  /** See `edge/tags.ts`. */
  readonly tags: string;
  readonly verdict: string;
  readonly source: string;
  readonly fetchedAtMs?: number | undefined;
  readonly release?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** Where the edge may keep this very answer for longer than its class: as long as it is known to be true. */
  readonly edgeSeconds?: number | undefined;
}

/** How long the world may keep an answer, in seconds: the class's length, lengthened by the user, never shortened. */
export function worldSeconds(cacheClass: CacheClass, cacheSeconds: number): number {
  const ours = CACHE_LENGTHS[cacheClass].worldSeconds;
  return LENGTHENED.has(cacheClass) ? Math.max(ours, cacheSeconds) : ours;
}

/** All headers of a badge but those of its body: no other place makes any. */
export function headersOf(policy: AnswerPolicy): Record<string, string> {
  const { cacheClass, format, fetchedAtMs, release, retryAfterSeconds } = policy;
  return {
    ...SECURITY_HEADERS,
    'Content-Disposition': `inline; filename="badge.${format}"`,
    ETag: `"${policy.etag}"`,
    'Cache-Control': `public, max-age=${worldSeconds(cacheClass, policy.cacheSeconds)}`,
    'X-Edge-TTL': `${edgeSecondsOf(policy)}`,
    Xkey: policy.tags,
    'X-Badge-Status': policy.verdict,
    'X-Badge-Source': policy.source,
    ...(fetchedAtMs !== undefined && {
      'X-Badge-Fetched-At': new Date(fetchedAtMs).toISOString(),
    }),
    ...(release !== undefined && { 'X-Badge-Release': headerText(release) }),
    ...(retryAfterSeconds !== undefined && { 'Retry-After': `${retryAfterSeconds}` }),
  };
}

function edgeSecondsOf({ cacheClass, edgeSeconds = 0 }: AnswerPolicy): number {
  return Math.min(Math.max(CACHE_LENGTHS[cacheClass].edgeSeconds, edgeSeconds), MAX_EDGE_SECONDS);
}

/** What the headers say of an answer that is no badge. */
export interface PagePolicy {
  readonly verdict: string;
  /** For how long it may be kept, here and in the world; left out: it is for one client. */
  readonly kept?: { readonly seconds: number; readonly etag: string } | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** All headers of an answer that is no badge, but those of its body. */
export function headersOfPage({
  verdict,
  kept,
  retryAfterSeconds,
}: PagePolicy): Record<string, string> {
  return {
    ...SECURITY_HEADERS,
    'Cache-Control': kept === undefined ? 'no-store' : `public, max-age=${kept.seconds}`,
    'X-Edge-TTL': `${kept?.seconds ?? 0}`,
    'X-Badge-Status': verdict,
    ...(kept !== undefined && { ETag: `"${kept.etag}"` }),
    ...(retryAfterSeconds !== undefined && { 'Retry-After': `${retryAfterSeconds}` }),
  };
}

/** What an upstream wrote, as it may stand in a header (RFC 9110 §5.5): visible ASCII, at most 100 characters. */
function headerText(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '?').slice(0, 100);
}

/**
 * Whether an `If-None-Match` names the ETag, quotes included (RFC 9110 §13.1.2). The comparison is weak, since an edge
 * that compresses makes `W/"…"` of ours. A `Cache-Control: no-cache` beside it asks us to look, which we did.
 */
export function holdsEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((each) => {
    const held = each.trim();
    return held === '*' || (held.startsWith('W/') ? held.slice(2) : held) === etag;
  });
}
