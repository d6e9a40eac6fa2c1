import {
  BrokenCircuitError,
  BulkheadRejectedError,
  CircuitState,
  ConsecutiveBreaker,
  bulkhead,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import type { Dispatcher } from 'undici';
import { UPSTREAM_DEADLINES } from '../deadlines.ts';
import { Agent } from './agent.ts';
import { UpstreamError, type UpstreamFailure } from './errors.ts';
import { readBody } from './body.ts';
import { readRetryAfterMs } from './retry-after.ts';

const JSON_TYPE = 'application/json';
const MAX_REDIRECTS = 3;
const MAX_WAITING = 1_000;
const BREAKER_FAILURES = 5;
/** Shorter than the first back-off of a record (5 s): whoever comes back after it finds the upstream tried. */
const BREAKER_OPEN_MS = 4_000;
/** What of a body is held by default; the rest has to be left out while it comes. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;

/** An answer that says something: found, not changed, or not there. Every other status is an `UpstreamError`. */
export type UpstreamAnswer =
  | {
      status: 200;
      body: string;
      etag: string | undefined;
      header: (name: string) => string | undefined;
    }
  | { status: 304 }
  | { status: 404 };

export interface UpstreamRequest {
  /** Path below the origin, with its leading slash. */
  path: string;
  /** An ETag to revalidate. */
  etag?: string | undefined;
  /** The type that is wanted; `application/json` by default. */
  accept?: string;
  /** What is sent, with POST; left out: nothing, with GET. */
  post?: { contentType: string; body: string };
  /** How much of the body is held at the most; 4 MiB by default. */
  maxKeptBytes?: number;
  /** A member of the JSON object that comes, which is not wanted: megabytes that are never held. */
  leaveOut?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface UpstreamClient {
  /** Asks once, without retries; rejects with an `UpstreamError`, at the latest after 8 s. */
  get(request: UpstreamRequest): Promise<UpstreamAnswer>;
  close(): Promise<void>;
}

export interface UpstreamClientOptions {
  /** Where the upstream answers, without a slash at the end. */
  url: string;
  userAgent: string;
  /** Requests at once; up to a thousand more wait, in order. */
  concurrency: number;
  /** Largest body that is read, after decompression. */
  maxBytes: number;
  /** Told of every call: how it ended (a status or a failure) and how long it took. */
  observe?: (outcome: '200' | '304' | '404' | UpstreamFailure, seconds: number) => void;
  /** Told when the breaker opens (the upstream failed five times in a row) and closes. */
  onBreaker?: (open: boolean) => void;
}

/** One client an upstream: identified, with limits on time, bytes, redirects and concurrency, and a circuit breaker. */
export function createUpstreamClient(options: UpstreamClientOptions): UpstreamClient {
  const agent = new Agent({
    connections: options.concurrency,
    connect: { timeout: UPSTREAM_DEADLINES.connectMs },
    headersTimeout: UPSTREAM_DEADLINES.headersMs,
    bodyTimeout: UPSTREAM_DEADLINES.bodySilenceMs,
  });
  const waiting = bulkhead(options.concurrency, MAX_WAITING);
  const breaker = circuitBreaker(handleWhen(isUpstreamFault), {
    breaker: new ConsecutiveBreaker(BREAKER_FAILURES),
    // It goes by a clock that can be set back, and then stays open until the old time comes again: we measure ourselves.
    halfOpenAfter: -Number.MAX_SAFE_INTEGER,
  });
  let openUntilMs = 0;
  breaker.onStateChange((state) => {
    if (state === CircuitState.Open) openUntilMs = performance.now() + BREAKER_OPEN_MS;
    if (state === CircuitState.Open || state === CircuitState.Closed)
      options.onBreaker?.(state === CircuitState.Open);
  });

  return {
    async get(request) {
      const startedAt = performance.now();
      const report = (outcome: Parameters<NonNullable<typeof options.observe>>[0]) =>
        options.observe?.(outcome, (performance.now() - startedAt) / 1000);
      try {
        const answer = await waiting.execute(() => {
          if (performance.now() < openUntilMs) throw new BrokenCircuitError();
          return breaker.execute(() => askInTime(agent, options, request));
        }, request.signal);
        report(`${answer.status}`);
        return answer;
      } catch (error) {
        const failure = toUpstreamError(error);
        report(failure.failure);
        throw failure;
      }
    },
    close: () => agent.destroy(),
  };
}

/** What tells that the upstream is ill: not a caller who left. */
function isUpstreamFault(error: unknown): boolean {
  return toUpstreamError(error).failure !== 'cancelled';
}

/** Asks, and gives up when the caller does or the time is over; nothing of it outlives the answer. */
async function askInTime(
  agent: Agent,
  options: UpstreamClientOptions,
  request: UpstreamRequest,
): Promise<UpstreamAnswer> {
  const control = new AbortController();
  const cancel = (): void => control.abort(new UpstreamError('cancelled', 'was cancelled'));
  const timer = setTimeout(
    () => control.abort(new UpstreamError('timeout', 'took too long')),
    UPSTREAM_DEADLINES.requestMs,
  );
  request.signal?.addEventListener('abort', cancel);
  try {
    return await ask(agent, options, request, control.signal);
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', cancel);
  }
}

async function ask(
  agent: Agent,
  options: UpstreamClientOptions,
  request: UpstreamRequest,
  signal: AbortSignal,
): Promise<UpstreamAnswer> {
  const { etag, post, accept = JSON_TYPE } = request;
  const headers = {
    'user-agent': options.userAgent,
    accept,
    'accept-encoding': 'gzip',
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(post === undefined ? {} : { 'content-type': post.contentType }),
  };
  let url = new URL(options.url + request.path);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const response = await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: post === undefined ? 'GET' : 'POST',
      headers,
      body: post?.body ?? null,
      signal,
    });
    const location = redirectTarget(response);
    if (location === undefined) return readAnswer(response, options.maxBytes, request);
    await response.body.dump();
    const target = URL.parse(location, url.href);
    if (target === null || !isSafeRedirect(url, target))
      throw new UpstreamError('redirect', 'redirected to another host, or out of TLS');
    url = target;
  }
  throw new UpstreamError('redirect', `redirected more than ${MAX_REDIRECTS} times`);
}

/** Within the origin, or to the same host by TLS. */
export function isSafeRedirect(from: URL, to: URL): boolean {
  return (
    to.origin === from.origin ||
    (from.protocol === 'http:' && to.protocol === 'https:' && to.hostname === from.hostname)
  );
}

function redirectTarget({ statusCode, headers }: Dispatcher.ResponseData): string | undefined {
  const isRedirect = [301, 302, 303, 307, 308].includes(statusCode);
  return isRedirect ? single(headers['location']) : undefined;
}

async function readAnswer(
  response: Dispatcher.ResponseData,
  maxBytes: number,
  { accept = JSON_TYPE, leaveOut, maxKeptBytes = MAX_KEPT_BYTES }: UpstreamRequest,
): Promise<UpstreamAnswer> {
  const { statusCode, headers, body } = response;
  const header = (name: string): string | undefined => single(headers[name]);
  if (statusCode === 200) {
    const encoding = header('content-encoding');
    const isJson = accept === JSON_TYPE;
    const text = await readBody(body, { encoding, maxBytes, maxKeptBytes, isJson, leaveOut });
    return {
      status: 200,
      body: text,
      etag: header('etag'),
      header,
    };
  }
  await body.dump();
  if (statusCode === 304 || statusCode === 404) return { status: statusCode };
  throw new UpstreamError('status', `answered ${statusCode}`, undefined, readRetryAfterMs(header));
}

function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

function toUpstreamError(error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error;
  if (error instanceof BulkheadRejectedError)
    return new UpstreamError('queue-full', 'too many requests wait already');
  if (error instanceof BrokenCircuitError)
    return new UpstreamError('breaker-open', 'the upstream failed repeatedly');
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const name = error instanceof Error ? error.name : '';
  if (code.endsWith('_TIMEOUT')) return new UpstreamError('timeout', 'took too long', error);
  if (name === 'AbortError' || name === 'TaskCancelledError')
    return new UpstreamError('cancelled', 'was cancelled', error);
  return new UpstreamError('network', 'the connection failed', error);
}
