import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { textPage, type Answer, type Exchange } from '../exchange.ts';
import { tooManyCalls } from '../pypi/changelog.ts';
import { SIMPLE_TYPE } from '../pypi/pages.ts';
import type { Responder } from '../responders.ts';
import type { Api } from '../routes.ts';
import { makeNulls } from './alterations.ts';
import type { Mode, Rule } from './rules.ts';

const DEFAULT_LATENCY_MS = 10_000;
const DEFAULT_RESET_SECONDS = 1_800;
const HUGE_BYTES = 2 * 1024 ** 3;
const CHUNK = Buffer.alloc(16_384, 'a');
const NOISE = Buffer.from([0x00, 0xff, 0xfe, 0x80, 0x1b, 0x5d, 0x7d, 0x2c]);
const OTHER_HOST = 'http://elsewhere.invalid';

const JSON_TYPE = 'application/json';
const XML_TYPE = 'text/xml; charset=UTF-8';
/** Each API's content type, and the start of a body that never gets to its end. */
const FORMATS: Readonly<Record<Api, readonly [type: string, start: string]>> = {
  pypi: [JSON_TYPE, '{"info":{"description":"'],
  simple: [SIMPLE_TYPE, '{"files":[{"filename":"'],
  pypistats: [JSON_TYPE, '{"info":{"description":"'],
  rss: [XML_TYPE, '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>'],
  xmlrpc: [XML_TYPE, "<?xml version='1.0'?>\n<methodResponse><params><param><value><string>"],
};

interface FaultContext extends Responder {
  readonly exchange: Exchange;
  readonly api: Api;
  readonly rule: Rule;
}

/** Returns the answer to send, or undefined if it has dealt with the connection itself. */
type Fault = (context: FaultContext) => Promise<Answer | undefined> | Answer | undefined;

/** Returns what each mode does to a request. */
export function createFaults(): Readonly<Record<Mode, Fault>> {
  return {
    slow: answerLate,
    hang: () => undefined,
    reset: ({ exchange }) => {
      exchange.request.socket.resetAndDestroy();
      return undefined;
    },
    429: ({ api }) => (api === 'pypistats' ? rateLimitPage() : cdnPage(429, 'Too Many Requests')),
    limited: createRateLimits(),
    503: ({ api }) =>
      api === 'pypistats'
        ? textPage(503, '503 TEMPORARILY DISABLED')
        : cdnPage(503, 'Service Unavailable'),
    html: () => cdnPage(200, 'Welcome'),
    garbage: ({ api }) => {
      const [type, start] = FORMATS[api];
      const body = Buffer.concat([Buffer.from(start.slice(0, 2)), NOISE]);
      return { status: 200, headers: { 'content-type': type }, body };
    },
    truncated: breakOff,
    endless: (context) => pour(context, Infinity),
    huge: (context) => pour(context, HUGE_BYTES),
    'wrong-serial': ({ respondOutdated }) => respondOutdated(),
    nulls: async ({ respond }) => makeNulls(await respond()),
    'redirect-loop': ({ exchange }) => redirect(exchange.request.url ?? '/'),
    'redirect-away': ({ exchange, rule }) =>
      redirect(new URL(exchange.request.url ?? '/', rule.location ?? OTHER_HOST).href),
  };
}

async function answerLate({ exchange, rule, respond }: FaultContext): Promise<Answer | undefined> {
  const closed = new AbortController();
  exchange.response.once('close', () => closed.abort());
  const { latencyMs = DEFAULT_LATENCY_MS } = rule;
  const answer = await respond();
  // A client that has left needs no answer.
  return delay(latencyMs, answer, { signal: closed.signal, ref: false }).catch(() => undefined);
}

/** Fixed windows that begin with the first request, as in Flask-Limiter. */
function createRateLimits(): Fault {
  const limiters = [
    new RateLimiterMemory({ points: 5, duration: 1 }),
    new RateLimiterMemory({ points: 30, duration: 60 }),
  ];
  return async ({ exchange, api, rule, respond }) => {
    if (api === 'xmlrpc') return tooManyCalls(rule.resetSeconds ?? DEFAULT_RESET_SECONDS);
    if (api !== 'pypistats') return respond();
    const address = exchange.request.socket.remoteAddress ?? '';
    try {
      await Promise.all(limiters.map((limiter) => limiter.consume(address)));
    } catch {
      return rateLimitPage();
    }
    return respond();
  };
}

async function breakOff({ exchange, respond }: FaultContext): Promise<undefined> {
  const answer = await respond();
  const body = Buffer.from(answer.body);
  exchange.start(answer.status, { ...answer.headers, 'content-length': String(body.length) });
  const half = body.subarray(0, Math.floor(body.length / 2));
  exchange.response.write(half, () => exchange.response.destroy());
}

/** Sends bytes as fast as the client reads them. A finite length is announced. */
async function pour(
  { exchange, api, respond }: FaultContext,
  totalBytes: number,
): Promise<undefined> {
  const [type, start] = FORMATS[api];
  const { headers } = await respond();
  const length = Number.isFinite(totalBytes) ? { 'content-length': String(totalBytes) } : {};
  exchange.start(200, { ...headers, 'content-type': type, ...length });
  // To a HEAD, Node drops what is written and never waits: the loop would not end.
  const bytes = exchange.request.method === 'HEAD' ? 0 : totalBytes;
  const chunks = Readable.from(bodyChunks(start, bytes));
  // Clients are expected to close the connection before the end.
  await pipeline(chunks, exchange.response).catch(() => undefined);
}

function* bodyChunks(start: string, totalBytes: number): Generator<Buffer> {
  const head = Buffer.from(start);
  yield head;
  for (let left = totalBytes - head.length; left > 0; left -= CHUNK.length) {
    yield CHUNK.subarray(0, Math.min(left, CHUNK.length));
  }
}

function redirect(location: string): Answer {
  const page = textPage(302, '<html><head><title>302 Found</title></head></html>');
  return { ...page, headers: { ...page.headers, location } };
}

/** A page like the one that PyPI's CDN shows for every 5xx. */
function cdnPage(status: number, title: string): Answer {
  const page = `<!DOCTYPE html>
<html lang="en">
<title>${title} (${status})</title>
<h1>Sorry, something went wrong</h1>
<p>The sample index misbehaves on purpose. POST /-/behave ends it.</p>
</html>
`;
  return textPage(status, page);
}

/** pypistats.org's answer after 5 requests in a second or 30 in a minute: it has neither Retry-After nor counts. */
function rateLimitPage(): Answer {
  return textPage(429, '<a href="/api/#etiquette">429 RATE LIMIT EXCEEDED</a>');
}
