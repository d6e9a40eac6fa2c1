import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { makeNulls } from './alterations.ts';
import { tooManyCalls } from '../pypi/call-limit.ts';
import { cdnPage, pypistatsLimitPage, textPage } from './error-pages.ts';
import type { Answer, Exchange } from '../exchange.ts';
import type { Mode, Rule } from './rules.ts';
import type { Api } from '../routes.ts';
import type { Saying } from '../responders.ts';

const DEFAULT_LATENCY_MS = 10_000;
const DEFAULT_RESET_SECONDS = 1_800;
const HUGE_BYTES = 2 * 1024 ** 3;
const CHUNK = Buffer.alloc(16_384, 'a');
const NOISE = Buffer.from([0x00, 0xff, 0xfe, 0x80, 0x1b, 0x5d, 0x7d, 0x2c]);
const ELSEWHERE = 'http://elsewhere.invalid';

interface Language {
  readonly type: string;
  /** How a text begins of which more and more comes. */
  readonly opening: string;
}

const JSON_TEXT: Language = { type: 'application/json', opening: '{"info":{"description":"' };
const LANGUAGES: Readonly<Record<Api, Language>> = {
  pypi: JSON_TEXT,
  pypistats: JSON_TEXT,
  rss: {
    type: 'text/xml; charset=UTF-8',
    opening: '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>',
  },
  xmlrpc: {
    type: 'text/xml; charset=UTF-8',
    opening: "<?xml version='1.0'?>\n<methodResponse><params><param><value><string>",
  },
};

/** What a conduct has to go by. */
interface Scene extends Saying {
  readonly exchange: Exchange;
  readonly api: Api;
  readonly rule: Rule;
}

/** Gives the answer to send, or undefined when it has dealt with the connection itself. */
type Conduct = (scene: Scene) => Promise<Answer | undefined> | Answer | undefined;

/** How each mode treats a question. */
export function createConducts(): Readonly<Record<Mode, Conduct>> {
  return {
    slow: answerLate,
    hang: () => undefined,
    reset: ({ exchange }) => {
      exchange.request.socket.resetAndDestroy();
      return undefined;
    },
    429: ({ api }) =>
      api === 'pypistats' ? pypistatsLimitPage() : cdnPage(429, 'Too Many Requests'),
    limited: createLimits(),
    503: ({ api }) =>
      api === 'pypistats'
        ? textPage(503, '503 TEMPORARILY DISABLED')
        : cdnPage(503, 'Service Unavailable'),
    html: () => cdnPage(200, 'Welcome'),
    garbage: ({ api }) => ({
      status: 200,
      headers: { 'content-type': LANGUAGES[api].type },
      body: Buffer.concat([Buffer.from(LANGUAGES[api].opening.slice(0, 2)), NOISE]),
    }),
    truncated: breakOff,
    endless: (scene) => pour(scene, Infinity),
    huge: (scene) => pour(scene, HUGE_BYTES),
    'wrong-serial': ({ outdated }) => outdated(),
    nulls: async ({ honest }) => makeNulls(await honest()),
    'redirect-loop': ({ exchange }) => redirect(exchange.request.url ?? '/'),
    'redirect-away': ({ exchange, rule }) =>
      redirect(new URL(exchange.request.url ?? '/', rule.location ?? ELSEWHERE).href),
  };
}

async function answerLate({ exchange, rule, honest }: Scene): Promise<Answer | undefined> {
  const gone = new AbortController();
  exchange.response.once('close', () => gone.abort());
  const answer = await honest();
  try {
    const latencyMs = rule.latencyMs ?? DEFAULT_LATENCY_MS;
    return await delay(latencyMs, answer, { signal: gone.signal, ref: false });
  } catch {
    return undefined;
  }
}

/** Fixed windows from the first request on, as Flask-Limiter counts. */
function createLimits(): Conduct {
  const limiters = [
    new RateLimiterMemory({ points: 5, duration: 1 }),
    new RateLimiterMemory({ points: 30, duration: 60 }),
  ];
  return async ({ exchange, api, rule, honest }) => {
    if (api === 'xmlrpc') return tooManyCalls(rule.resetSeconds ?? DEFAULT_RESET_SECONDS);
    if (api !== 'pypistats') return honest();
    const address = exchange.request.socket.remoteAddress ?? '';
    try {
      await Promise.all(limiters.map((limiter) => limiter.consume(address)));
    } catch {
      return pypistatsLimitPage();
    }
    return honest();
  };
}

async function breakOff({ exchange, honest }: Scene): Promise<undefined> {
  const { status, headers, body: whole } = await honest();
  const body = Buffer.from(whole);
  exchange.start(status, { ...headers, 'content-length': String(body.length) });
  const half = body.subarray(0, Math.floor(body.length / 2));
  exchange.response.write(half, () => exchange.response.destroy());
}

/** Sends bytes as fast as the client reads them; with an end in sight, it is announced. */
async function pour({ exchange, api, honest }: Scene, totalBytes: number): Promise<undefined> {
  const { type, opening } = LANGUAGES[api];
  const { headers } = await honest();
  const length = Number.isFinite(totalBytes) ? { 'content-length': String(totalBytes) } : {};
  exchange.start(200, { ...headers, 'content-type': type, ...length });
  if (exchange.request.method === 'HEAD') {
    exchange.response.end();
    return;
  }
  // A client that has had enough is what this is for.
  await pipeline(Readable.from(letters(opening, totalBytes)), exchange.response).catch(
    () => undefined,
  );
}

/** A text that begins well, and goes on. */
function* letters(opening: string, totalBytes: number): Generator<Buffer> {
  const head = Buffer.from(opening);
  yield head;
  for (let left = totalBytes - head.length; left > 0; left -= CHUNK.length) {
    yield CHUNK.subarray(0, Math.min(left, CHUNK.length));
  }
}

function redirect(location: string): Answer {
  const page = textPage(302, '<html><head><title>302 Found</title></head></html>');
  return { ...page, headers: { ...page.headers, location } };
}
