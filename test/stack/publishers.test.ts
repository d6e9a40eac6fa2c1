import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stack } from '../../stack/start-stack.ts';
import { tellOutcome } from '../support/outcomes.ts';
import { startTestStack } from '../support/stack.ts';

const BADGE = '/version/sample-plain/badge.json';

let stack: Stack;
let dispatcher: Agent;
beforeAll(async () => {
  stack = await startTestStack();
  dispatcher = new Agent();
}, 120_000);
afterAll(async () => {
  await dispatcher.destroy();
  await stack.close();
});

async function ask(path: string, method: 'GET' | 'POST' = 'GET') {
  const { statusCode, headers, body } = await request(stack.edgeUrl + path, { method, dispatcher });
  return { status: statusCode, headers, body: await body.json() };
}

test('a release that its publisher tells of is seen at the edge, at once', async () => {
  expect((await ask(BADGE)).body).toMatchObject({ message: '1.2.3' });
  await fetch(`${stack.sampleUrl}/-/publish?project=sample-plain&version=1.3.0`, {
    method: 'POST',
  });
  const startedAtMs = performance.now();
  const { status, body, headers } = await ask('/refresh/Sample_Plain', 'POST');
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { project: 'sample-plain', version: '1.3.0', changed: true, purged: true },
  });
  expect(headers['cache-control']).toBe('no-store');
  expect((await ask(BADGE)).body).toMatchObject({ message: '1.3.0' });
  const seenAfterMs = Math.round(performance.now() - startedAtMs);
  tellOutcome('POST /refresh after a release', { seenAfterMs });
  // The edge keeps no answer to it, and the nodes remember together that it was asked.
  const again = await ask('/refresh/sample-plain', 'POST');
  expect(again).toMatchObject({ status: 429, body: { error: 'too many requests' } });
});

test('the status is kept for a moment, in one copy', async () => {
  const first = await ask('/status.json?style=social');
  expect(first).toMatchObject({
    status: 200,
    headers: { 'cache-control': 'public, max-age=5', 'x-badge-status': 'ok' },
    body: { following: false },
  });
  expect((await ask('/status.json')).headers['x-cache']).toMatch(/^(HIT|STALE)$/);
});
