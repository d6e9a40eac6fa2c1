import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { listenHere } from '../../../../sample/listen.ts';
import { createMemoryCache } from '../../../../cache/memory.ts';
import { type AccessLogEntry, createRequestIds } from '../../../../src/http/access-log.ts';
import { readParameters } from '../../../../src/http/urls/parameters.ts';
import {
  bytesOfResponse,
  createMicroCache,
  type MicroCache,
} from '../../../../src/http/badges/micro-cache.ts';
import type { BadgeState } from '../../../../src/http/state.ts';
import { writeResponse } from '../../../../src/http/write.ts';

const ETAG = '"digest"';

function stateOf(verdict: BadgeState['verdict']): BadgeState {
  return {
    trace: undefined,
    requestId: 'first-request',
    startedAtMs: 0,
    parameters: readParameters(''),
    format: 'svg',
    grammar: 'pypip',
    kindId: 'version',
    label: 'pypi',
    project: 'requests',
    index: undefined,
    verdict,
    steps: [{ name: 'facts', tier: 'upstream', tookMs: 7 }],
    charge: () => 0,
    error: undefined,
    sent: {
      status: 200,
      headers: { ETag: ETAG },
      contentType: 'image/svg+xml',
      body: '<svg>é</svg>',
    },
  };
}

/** Starts a server with a micro-cache in front of its handler. */
async function start(verdict: BadgeState['verdict'] = 'ok') {
  const clock = { nowMs: 1_000 };
  const seen = { handled: 0, entries: new Array<AccessLogEntry>() };
  const microCache: MicroCache = createMicroCache({
    memory: createMemoryCache({ maxBytes: 100_000, sizeOf: bytesOfResponse }),
    requestIdOf: createRequestIds(() => true),
    logAccess: (entry) => void seen.entries.push(entry),
    clock: () => clock.nowMs,
  });
  const server = createServer((request, response) => {
    if (microCache.respond(request, response)) return;
    seen.handled += 1;
    const state = stateOf(verdict);
    if (state.sent) writeResponse(request, response, state.sent);
    microCache.store(request.url ?? '', '/path', state);
  });
  onTestFinished(() => void server.close());
  const port = await listenHere(server);
  const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init);
  return { clock, seen, get };
}

test('keeps a response for a second when its URL is requested twice within a second', async () => {
  const { clock, seen, get } = await start();
  for (let i = 0; i < 5; i += 1) expect(await (await get('/a')).text()).toBe('<svg>é</svg>');
  expect(seen.handled).toBe(2);
  clock.nowMs += 1_000;
  await get('/a');
  expect(seen.handled).toBe(3);
});

test('does not keep a response whose URL is requested less often', async () => {
  const { clock, seen, get } = await start();
  for (let i = 0; i < 4; i += 1) {
    await get('/a');
    clock.nowMs += 1_001;
  }
  expect(seen.handled).toBe(4);
});

test('responds with a new request id, the tier `memory`, 304 for a matching ETag, and no body for HEAD', async () => {
  const { seen, get } = await start();
  for (let i = 0; i < 2; i += 1) await get('/a');
  const again = await get('/a', { headers: { 'x-request-id': 'third-request' } });
  expect(again.headers.get('x-request-id')).toBe('third-request');
  expect(again.headers.get('x-cache')).toBe('facts=memory');
  const held = await get('/a', { headers: { 'if-none-match': ETAG } });
  expect([held.status, held.headers.get('content-type')]).toEqual([304, null]);
  const head = await get('/a', { method: 'HEAD' });
  expect([head.headers.get('content-length'), await head.text()]).toEqual(['13', '']);
  expect(seen.handled).toBe(2);
  expect(seen.entries.map(({ status, tiers, isRepeat }) => [status, tiers, isRepeat])).toEqual([
    [200, 'facts=memory', true],
    [304, 'facts=memory', true],
    [200, 'facts=memory', true],
  ]);
});

test('never keeps a stale response', async () => {
  const { seen, get } = await start('stale');
  for (let i = 0; i < 3; i += 1) await get('/a');
  expect(seen.handled).toBe(3);
});
