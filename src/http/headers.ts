import type { CacheClass } from '../errors.ts';
import type { AnswerFormat } from './urls/paths.ts';

/** Cache lengths in seconds: `worldSeconds` for caches that we cannot purge, `edgeSeconds` for our own edge. */
export const CACHE_LENGTHS: Readonly<
  Record<CacheClass, { worldSeconds: number; edgeSeconds: number }>
> = {
  facts: { worldSeconds: 300, edgeSeconds: 600 },
  // While a follower purges changed projects.
  followed: { worldSeconds: 300, edgeSeconds: 86_400 },
  downloads: { worldSeconds: 3600, edgeSeconds: 3600 },
  static: { worldSeconds: 86_400, edgeSeconds: 86_400 },
  stale: { worldSeconds: 60, edgeSeconds: 60 },
  'not-found': { worldSeconds: 60, edgeSeconds: 60 },
  failing: { worldSeconds: 30, edgeSeconds: 10 },
  // For the client that has asked, and for no other.
  limited: { worldSeconds: 30, edgeSeconds: 0 },
};

const MAX_EDGE_SECONDS = 86_400;

/** Classes that `?cacheSeconds=` lengthens: errors and stale values must not be pinned. */
const LENGTHENED: ReadonlySet<CacheClass> = new Set(['facts', 'followed', 'downloads', 'static']);

/** Media type of each format. */
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
  'X-Badge-Counts-Through',
  'X-Request-Id',
].join(', ');

/** On every response: it runs and loads nothing, and any page may show it. */
const SECURITY_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': EXPOSED,
  'Referrer-Policy': 'no-referrer',
};

/** What the headers of a badge depend on. */
export interface BadgePolicy {
  readonly format: AnswerFormat;
  readonly etag: string;
  readonly cacheClass: CacheClass;
  /** Requested with `?cacheSeconds=`, at most the operator's ceiling. */
  readonly cacheSeconds: number;
  /** See `edge/tags.ts`. */
  readonly tags: string;
  readonly verdict: string;
  readonly source: string;
  readonly fetchedAtMs?: number | undefined;
  readonly release?: string | undefined;
  /** The last day that is counted. */
  readonly countsThrough?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** How long the content is known to be correct; the edge keeps the badge that long if its class is shorter. */
  readonly edgeSeconds?: number | undefined;
}

/** Returns how long the world may keep a badge: the length of its class, or `cacheSeconds` if that is longer. */
export function worldSeconds(cacheClass: CacheClass, cacheSeconds: number): number {
  const ours = CACHE_LENGTHS[cacheClass].worldSeconds;
  return LENGTHENED.has(cacheClass) ? Math.max(ours, cacheSeconds) : ours;
}

/** All headers of a badge, except those of its body. */
export function headersOf(policy: BadgePolicy): Record<string, string> {
  const { cacheClass, format, fetchedAtMs, release, countsThrough, retryAfterSeconds } = policy;
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
    ...(countsThrough !== undefined && { 'X-Badge-Counts-Through': countsThrough }),
    ...(retryAfterSeconds !== undefined && { 'Retry-After': `${retryAfterSeconds}` }),
  };
}

function edgeSecondsOf({ cacheClass, edgeSeconds = 0 }: BadgePolicy): number {
  return Math.min(Math.max(CACHE_LENGTHS[cacheClass].edgeSeconds, edgeSeconds), MAX_EDGE_SECONDS);
}

/** How pages are kept by caches of the world, and by our own edge. */
export const PAGE_CACHING = {
  /** Its URL has a digest of its content. */
  asset: { cacheControl: 'public, max-age=31536000, immutable', edgeSeconds: 86_400 },
  /** Browsers ask each time, because a page names the assets of one version. */
  page: { cacheControl: 'no-cache', edgeSeconds: 10 },
  status: { cacheControl: 'public, max-age=5', edgeSeconds: 5 },
  none: { cacheControl: 'no-store', edgeSeconds: 0 },
} as const;

/** A document loads styles and runs scripts of this host, and nothing else. */
const DOCUMENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What the headers of a page depend on: any response that is not a badge. */
export interface PagePolicy {
  readonly verdict: string;
  /** Default: no cache keeps it. */
  readonly caching?: keyof typeof PAGE_CACHING | undefined;
  /** How long all caches may keep it, in place of `caching`. */
  readonly keptSeconds?: number | undefined;
  readonly etag?: string | undefined;
  /** It is HTML. */
  readonly isDocument?: boolean | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** All headers of a page, except those of its body. Its ETag is weak, because it is that of all encodings. */
export function headersOfPage(policy: PagePolicy): Record<string, string> {
  const { verdict, caching = 'none', keptSeconds, etag, retryAfterSeconds } = policy;
  const { cacheControl, edgeSeconds } =
    keptSeconds === undefined
      ? PAGE_CACHING[caching]
      : { cacheControl: `public, max-age=${keptSeconds}`, edgeSeconds: keptSeconds };
  return {
    ...SECURITY_HEADERS,
    ...(policy.isDocument === true && { 'Content-Security-Policy': DOCUMENT_POLICY }),
    'Cache-Control': cacheControl,
    'X-Edge-TTL': `${edgeSeconds}`,
    'X-Badge-Status': verdict,
    ...(etag !== undefined && edgeSeconds > 0 && { ETag: `W/"${etag}"` }),
    ...(retryAfterSeconds !== undefined && { 'Retry-After': `${retryAfterSeconds}` }),
  };
}

/** Makes a text from an upstream fit for a header (RFC 9110 §5.5): visible ASCII, at most 100 characters. */
function headerText(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '?').slice(0, 100);
}

/**
 * Whether `If-None-Match` contains the ETag, given with its quotes (RFC 9110 §13.1.2). Compares weakly, because an edge
 * that compresses turns ours into `W/"…"`.
 */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((each) => {
    const candidate = each.trim();
    return candidate === '*' || candidate.replace(/^W\//, '') === etag;
  });
}
