import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { createMemoryCache } from '../../../../cache/memory.ts';
import { type AccessLogEntry, createRequestIds } from '../../../../src/http/access-log.ts';
import { readParameters } from '../../../../src/http/parameters.ts';
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
    requestId: 'first-request',
    startedAtMs: 0,
    parameters: readParameters(''),
    format: 'svg',
    grammar: 'pypip',
    kindId: 'version',
    label: 'pypi',
    project: 'requests',
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

/** A server that makes an answer only where none is microCache, its clock, and a way to ask it. */
async function start(verdict: BadgeState['verdict'] = 'ok') {
  const clock = { nowMs: 1_000 };
  const seen = { made: 0, accounts: new Array<AccessLogEntry>() };
  const microCache: MicroCache = createMicroCache({
    memory: createMemoryCache({ maxBytes: 100_000, sizeOf: bytesOfResponse }),
    requestIdOf: createRequestIds(() => true),
    logAccess: (account) => void seen.accounts.push(account),
    clock: () => clock.nowMs,
  });
  const server = createServer((request, response) => {
    if (microCache.respond(request, response)) return;
    seen.made += 1;
    const state = stateOf(verdict);
    if (state.sent) writeResponse(request, response, state.sent);
    microCache.store(request.url ?? '', '/path', state);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init);
  return { clock, seen, ask };
}

test('a URL that comes the second time within a second is microCache for one', async () => {
  const { clock, seen, ask } = await start();
  for (let i = 0; i < 5; i += 1) expect(await (await ask('/a')).text()).toBe('<svg>é</svg>');
  expect(seen.made).toBe(2);
  clock.nowMs += 1_000;
  await ask('/a');
  expect(seen.made).toBe(3);
});

test('a URL that comes once in a while is not microCache', async () => {
  const { clock, seen, ask } = await start();
  for (let i = 0; i < 4; i += 1) {
    await ask('/a');
    clock.nowMs += 1_001;
  }
  expect(seen.made).toBe(4);
});

test('a remembered answer has what is its own: an id, the tier, 304 for who holds it, no body for HEAD', async () => {
  const { seen, ask } = await start();
  for (let i = 0; i < 2; i += 1) await ask('/a');
  const again = await ask('/a', { headers: { 'x-request-id': 'third-request' } });
  expect(again.headers.get('x-request-id')).toBe('third-request');
  expect(again.headers.get('x-cache')).toBe('facts=memory');
  const held = await ask('/a', { headers: { 'if-none-match': ETAG } });
  expect([held.status, held.headers.get('content-type')]).toEqual([304, null]);
  const head = await ask('/a', { method: 'HEAD' });
  expect([head.headers.get('content-length'), await head.text()]).toEqual(['13', '']);
  expect(seen.made).toBe(2);
  expect(seen.accounts.map(({ status, tiers, isRepeat }) => [status, tiers, isRepeat])).toEqual([
    [200, 'facts=memory', true],
    [304, 'facts=memory', true],
    [200, 'facts=memory', true],
  ]);
});

test('an answer that is not good is never microCache', async () => {
  const { seen, ask } = await start('stale');
  for (let i = 0; i < 3; i += 1) await ask('/a');
  expect(seen.made).toBe(3);
});
