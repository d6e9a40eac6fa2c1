import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { makeNulls, makeOutdated } from './alterations.ts';
import { cdnPage, pypistatsLimitPage, textPage } from './error-pages.ts';
import type { Answer, Exchange } from './exchange.ts';
import type { Mode, Rule } from './misbehaviour.ts';
import type { Api } from './question.ts';

const DEFAULT_LATENCY_MS = 10_000;
const HUGE_BYTES = 2 * 1024 ** 3;
const CHUNK = Buffer.alloc(16_384, 'a');
const ELSEWHERE = 'http://elsewhere.invalid';

/** What a conduct has to go by. */
interface Scene {
  readonly exchange: Exchange;
  readonly api: Api;
  readonly rule: Rule;
  /** What the service would say if all were well. */
  readonly honest: Answer;
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
    429: ({ api }) => (api === 'pypi' ? cdnPage(429, 'Too Many Requests') : pypistatsLimitPage()),
    limited: createLimits(),
    503: ({ api }) =>
      api === 'pypi'
        ? cdnPage(503, 'Service Unavailable')
        : textPage(503, '503 TEMPORARILY DISABLED'),
    html: () => cdnPage(200, 'Welcome'),
    garbage: () => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from([0x7b, 0x22, 0x00, 0xff, 0xfe, 0x80, 0x1b, 0x5d, 0x7d, 0x2c]),
    }),
    truncated: breakOff,
    endless: (scene) => pour(scene, Infinity),
    huge: (scene) => pour(scene, HUGE_BYTES),
    'wrong-serial': ({ honest }) => makeOutdated(honest),
    nulls: ({ honest }) => makeNulls(honest),
    'redirect-loop': ({ exchange }) => redirect(exchange.request.url ?? '/'),
    'redirect-away': ({ exchange, rule }) =>
      redirect(new URL(exchange.request.url ?? '/', rule.location ?? ELSEWHERE).href),
  };
}

async function answerLate({ exchange, rule, honest }: Scene): Promise<Answer | undefined> {
  const gone = new AbortController();
  exchange.response.once('close', () => gone.abort());
  try {
    const latencyMs = rule.latencyMs ?? DEFAULT_LATENCY_MS;
    return await delay(latencyMs, honest, { signal: gone.signal, ref: false });
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
  return async ({ exchange, api, honest }) => {
    if (api !== 'pypistats') return honest;
    const address = exchange.request.socket.remoteAddress ?? '';
    try {
      await Promise.all(limiters.map((limiter) => limiter.consume(address)));
      return honest;
    } catch {
      return pypistatsLimitPage();
    }
  };
}

function breakOff({ exchange, honest }: Scene): undefined {
  const body = Buffer.from(honest.body);
  exchange.start(honest.status, { ...honest.headers, 'content-length': String(body.length) });
  const half = body.subarray(0, Math.floor(body.length / 2));
  exchange.response.write(half, () => exchange.response.destroy());
}

/** Sends bytes as fast as the client reads them; with an end in sight, it is announced. */
async function pour({ exchange, honest }: Scene, totalBytes: number): Promise<undefined> {
  const length = Number.isFinite(totalBytes) ? { 'content-length': String(totalBytes) } : {};
  exchange.start(200, { ...honest.headers, 'content-type': 'application/json', ...length });
  if (exchange.request.method === 'HEAD') {
    exchange.response.end();
    return;
  }
  // A client that has had enough is what this is for.
  await pipeline(Readable.from(letters(totalBytes)), exchange.response).catch(() => undefined);
}

/** A JSON text that begins well, and goes on. */
function* letters(totalBytes: number): Generator<Buffer> {
  const head = Buffer.from('{"info":{"description":"');
  yield head;
  for (let left = totalBytes - head.length; left > 0; left -= CHUNK.length) {
    yield CHUNK.subarray(0, Math.min(left, CHUNK.length));
  }
}

function redirect(location: string): Answer {
  const page = textPage(302, '<html><head><title>302 Found</title></head></html>');
  return { ...page, headers: { ...page.headers, location } };
}
