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
import { traceHeaders } from '../trace.ts';
import { Agent } from './agent.ts';
import { readRetryAfterMs, UpstreamError, type UpstreamFailure } from './errors.ts';
import { readBody } from './body.ts';

const JSON_TYPE = 'application/json';
const MAX_REDIRECTS = 3;
const MAX_WAITING = 1_000;
const BREAKER_FAILURES = 5;
/** Shorter than the first back-off of a record (5 s), so that the next refresh reaches the upstream. */
const BREAKER_OPEN_MS = 4_000;
/** Default limit of a body in memory, without a skipped member. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;

/** A usable answer: found, unchanged or missing. Any other status is an `UpstreamError`. */
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
  /** Path below the origin, with a leading slash. */
  path: string;
  /** An ETag to revalidate. */
  etag?: string | undefined;
  /** Media type to accept; `application/json` by default. */
  accept?: string;
  /** Body to send with POST; without it the method is GET. */
  post?: { contentType: string; body: string };
  /** Limit of the body in memory; 4 MiB by default. */
  maxKeptBytes?: number;
  /** A member of the JSON answer to skip, so that its megabytes are never in memory. */
  leaveOut?: string | undefined;
  /** If that member is an array: takes the JSON of each item while the body arrives. */
  onItem?: ((json: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** A request with the headers of the trace in which it was made. */
interface TracedRequest extends UpstreamRequest {
  readonly trace: ReturnType<typeof traceHeaders>;
}

export interface UpstreamClient {
  /** Sends one request, without retries. Rejects with an `UpstreamError`, after 8 s at the latest. */
  get(request: UpstreamRequest): Promise<UpstreamAnswer>;
  close(): Promise<void>;
}

export interface UpstreamClientOptions {
  /** Base URL of the upstream, without a slash at the end. */
  url: string;
  userAgent: string;
  /** Concurrent requests; up to a thousand more wait in order. */
  concurrency: number;
  /** Limit of a body, after decompression. */
  maxBytes: number;
  /** Called after each request with its status or failure and its duration. */
  observe?: (outcome: '200' | '304' | '404' | UpstreamFailure, seconds: number) => void;
  /**
   * Called when the breaker opens, after five failures in a row or another failed trial, with the latest failure; and when
   * it closes.
   */
  onBreaker?: (open: boolean, cause: unknown) => void;
}

/** Creates the client of an upstream, with limits on time, bytes, redirects and concurrency, and a circuit breaker. */
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
    // cockatiel reads `Date.now()`, which can jump back and keep the breaker open; `openUntilMs` is monotonic.
    halfOpenAfter: -Number.MAX_SAFE_INTEGER,
  });
  let openUntilMs = 0;
  let latestFailure: unknown;
  breaker.onStateChange((state) => {
    if (state === CircuitState.Open) openUntilMs = performance.now() + BREAKER_OPEN_MS;
    if (state === CircuitState.Open || state === CircuitState.Closed)
      options.onBreaker?.(state === CircuitState.Open, latestFailure);
  });

  return {
    async get(request) {
      const startedAt = performance.now();
      // What waits is started by whatever ends.
      const traced = { ...request, trace: traceHeaders() };
      const report = (outcome: Parameters<NonNullable<typeof options.observe>>[0]) =>
        options.observe?.(outcome, (performance.now() - startedAt) / 1000);
      try {
        const answer = await waiting.execute(() => {
          if (performance.now() < openUntilMs) throw new BrokenCircuitError();
          return breaker.execute(async () => {
            try {
              return await askInTime(agent, options, traced);
            } catch (error) {
              latestFailure = error;
              throw error;
            }
          });
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

/** Whether the error is a failure of the upstream, not of a caller who cancelled. */
function isUpstreamFault(error: unknown): boolean {
  return toUpstreamError(error).failure !== 'cancelled';
}

/** Sends the request until it is answered, cancelled or out of time. */
async function askInTime(
  agent: Agent,
  options: UpstreamClientOptions,
  request: TracedRequest,
): Promise<UpstreamAnswer> {
  const timeout = AbortSignal.timeout(UPSTREAM_DEADLINES.requestMs);
  const signal =
    request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]);
  try {
    return await ask(agent, options, request, signal);
  } catch (error) {
    if (request.signal?.aborted !== true) throw error;
    throw new UpstreamError('cancelled', 'was cancelled', error);
  }
}

async function ask(
  agent: Agent,
  options: UpstreamClientOptions,
  request: TracedRequest,
  signal: AbortSignal,
): Promise<UpstreamAnswer> {
  const { etag, post, accept = JSON_TYPE } = request;
  const headers = {
    'user-agent': options.userAgent,
    accept,
    'accept-encoding': 'gzip',
    ...request.trace,
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
      throw new UpstreamError('redirect', 'redirected to another host, or from TLS to plain HTTP');
    url = target;
  }
  throw new UpstreamError('redirect', `redirected more than ${MAX_REDIRECTS} times`);
}

/** Whether a redirect stays within the origin, or upgrades the same host to TLS. */
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
  { accept = JSON_TYPE, leaveOut, onItem, maxKeptBytes = MAX_KEPT_BYTES }: UpstreamRequest,
): Promise<UpstreamAnswer> {
  const { statusCode, headers, body } = response;
  const header = (name: string): string | undefined => single(headers[name]);
  if (statusCode === 200) {
    const encoding = header('content-encoding');
    const isJson = accept.endsWith('json');
    const limits = { maxBytes, maxKeptBytes };
    const text = await readBody(body, { ...limits, encoding, isJson, leaveOut, onItem });
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
  if (code.endsWith('_TIMEOUT') || name === 'TimeoutError')
    return new UpstreamError('timeout', 'took too long', error);
  if (name === 'AbortError' || name === 'TaskCancelledError')
    return new UpstreamError('cancelled', 'was cancelled', error);
  return new UpstreamError('network', 'the connection failed', error);
}
