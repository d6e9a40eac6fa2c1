import type { IncomingMessage, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { MemoryCache } from '../../../cache/memory.ts';
import { bytesOfPicture } from '../../imaging/pictures.ts';
import { readTrace } from '../../trace.ts';
import type { LogAccess, RequestIdOf } from '../access-log.ts';
import { matchesEtag } from '../headers.ts';
import { type BadgeState, type SentResponse, tiersOf } from '../state.ts';
import { stepHeaders, writeResponse } from '../write.ts';

/** Short enough to need no invalidation of its own, long enough for a URL that many request at once. */
const TTL_MS = 1_000;
const MAX_URL_LENGTH = 1_024;
/** Upper bound of a response's headers. */
const HEADERS_BYTES = 4_096;
/** URLs whose last request is remembered. */
const MAX_SEEN_URLS = 1_000;

/** A response as it was sent up to a second ago. */
export interface CachedResponse {
  readonly untilMs: number;
  readonly path: string;
  readonly kindId: string;
  readonly format: string;
  readonly tiers: string;
  readonly response: SentResponse;
}

export interface MicroCache {
  /** Responds from memory and returns true; returns false on a miss. */
  readonly respond: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Keeps an `ok` response if its URL was requested within the last second. Behind an edge, few URLs are. */
  readonly store: (url: string, path: string, state: BadgeState) => void;
}

export interface MicroCacheOptions {
  readonly memory: MemoryCache<CachedResponse>;
  readonly logAccess: LogAccess;
  readonly requestIdOf: RequestIdOf;
  readonly observe?: (outcome: 'hit' | 'miss') => void;
  readonly clock?: () => number;
}

/** Size of a cached response in bytes. */
export function bytesOfResponse({ response }: CachedResponse): number {
  return HEADERS_BYTES + bytesOfPicture(response.body);
}

/** Keeps whole responses by URL for a second, so that a burst of requests for one URL skips the application. */
export function createMicroCache(options: MicroCacheOptions): MicroCache {
  const { memory, logAccess, requestIdOf, observe, clock = () => performance.now() } = options;
  /** URL → time of its last request. */
  const requestedAtMs = new LRUCache<string, number>({ max: MAX_SEEN_URLS });

  const find = ({ method, url = '' }: IncomingMessage): CachedResponse | undefined => {
    if (method !== 'GET' && method !== 'HEAD') return undefined;
    const cached = memory.get(url);
    return cached !== undefined && clock() < cached.untilMs ? cached : undefined;
  };

  return {
    respond(request, response) {
      const startedAtMs = performance.now();
      const cached = find(request);
      observe?.(cached === undefined ? 'miss' : 'hit');
      if (cached === undefined) return false;
      const { response: sent, ...entry } = cached;
      const requestId = requestIdOf(request);
      const isMatch = matchesEtag(request.headers['if-none-match'], sent.headers['ETag'] ?? '');
      const status = isMatch ? 304 : 200;
      const headers = { ...sent.headers, 'X-Request-Id': requestId };
      writeResponse(request, response, { ...sent, status, headers });
      logAccess({
        ...entry,
        requestId,
        trace: readTrace(request.headers['traceparent']),
        startedAtMs,
        method: request.method ?? 'GET',
        status,
        verdict: 'ok',
        isRepeat: true,
      });
      return true;
    },
    store(url, path, { sent, verdict, kindId, format, steps }) {
      if (sent?.status !== 200 || verdict !== 'ok' || url.length > MAX_URL_LENGTH) return;
      const nowMs = clock();
      const before = requestedAtMs.get(url) ?? -Infinity;
      requestedAtMs.set(url, nowMs);
      if (nowMs - before > TTL_MS) return;
      const untilMs = nowMs + TTL_MS;
      const repeated = steps.map(({ name }) => ({ name, tier: 'memory', tookMs: 0 }));
      const headers = { ...sent.headers, ...stepHeaders(repeated) };
      memory.set(url, {
        untilMs,
        path,
        kindId,
        format,
        tiers: tiersOf(repeated),
        response: { ...sent, headers },
      });
    },
  };
}
