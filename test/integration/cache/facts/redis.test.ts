import { z } from 'zod';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFacts } from '../../../../cache/facts/facts.ts';
import type { Facts, FactsSource } from '../../../../cache/facts/contract.ts';
import { createRedisStore } from '../../../../cache/store/redis/store.ts';
import { blockEventLoop } from '../../../support/block.ts';
import { startRedis } from '../../../support/redis/redis.ts';
import type { TestRedis } from '../../../support/redis/redis.ts';
import { isMissing } from '../../../support/programs.ts';

const KEPT_SECONDS = 30 * 24 * 60 * 60;
const VALUE = 'x'.repeat(1_024);

let redis: TestRedis;
let calls: string[];
const closing: (() => unknown)[] = [];

/** A slow upstream. */
const source: FactsSource<string> = {
  name: 'slow',
  schema: z.string(),
  freshUntilMs: (fetchedAtMs) => fetchedAtMs + 600_000,
  async load(id) {
    calls.push(id);
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { state: 'known', value: VALUE, serial: 30_000_000 };
  },
};

/** Creates facts with their own Redis connection, as in another process. */
async function startProcess(timeoutMs = 60_000): Promise<Facts<string>> {
  const store = createRedisStore({ url: redis.url, timeoutMs });
  const facts = createFacts({
    source,
    store,
    keyPrefix: 'pypins:1',
    keptSeconds: KEPT_SECONDS,
    memoryMaxBytes: 10_000_000,
    memorySeconds: 0.001,
    patienceMs: 60_000,
    firstPatienceMs: 60_000,
  });
  closing.push(
    () => store.close(),
    () => facts.close(),
  );
  await vi.waitUntil(() => store.healthy, { timeout: 60_000 });
  return facts;
}

beforeEach(async ({ skip }) => {
  skip(isMissing('redis-server'));
  calls = [];
  redis = await startRedis();
  closing.push(() => redis.stop());
});

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

test('concurrent callers in several processes cost one request per id', async () => {
  const processes = [await startProcess(), await startProcess(), await startProcess()];
  const ids = Array.from({ length: 50 }, (_, i) => `project-${i}`);
  const asked = processes.flatMap((facts) => ids.flatMap((id) => [facts.get(id), facts.get(id)]));
  const found = await Promise.all(asked);
  expect(found.map(({ state }) => state)).toEqual(found.map(() => 'fresh'));
  expect(calls.toSorted()).toEqual(ids.toSorted());
});

test('concurrent callers cost one request even if the event loop is blocked meanwhile', async () => {
  const processes = [await startProcess(600), await startProcess(600)];
  const asked = Array.from({ length: 250 }, () => processes.map((facts) => facts.get('requests')));
  // The commands have been sent; their replies arrive during the block.
  await new Promise(setImmediate);
  blockEventLoop(1_500);
  const found = await Promise.all(asked.flat());
  expect(new Set(found.map(({ state }) => state))).toEqual(new Set(['fresh']));
  expect(calls).toEqual(['requests']);
});

test('a record is small, has the documented key, and expires after the kept time', async () => {
  const facts = await startProcess();
  await facts.get('requests');
  const client = new Redis(redis.url);
  closing.push(() => client.disconnect());
  // The lease is released in the background.
  await expect.poll(() => client.keys('*')).toEqual(['pypins:1:slow:requests']);
  expect(await client.strlen('pypins:1:slow:requests')).toBeLessThan(2_000);
  const ttlSeconds = await client.ttl('pypins:1:slow:requests');
  expect(ttlSeconds).toBeGreaterThan(KEPT_SECONDS - 3_600);
  expect(ttlSeconds).toBeLessThanOrEqual(KEPT_SECONDS);
});

test('killing, flushing or restarting Redis costs no request for records in memory', async () => {
  const facts = await startProcess();
  await facts.get('requests');
  const { port } = redis;
  await redis.stop();
  expect(await facts.get('requests')).toMatchObject({ state: 'fresh', tier: 'memory' });
  redis = await startRedis({ port });
  expect(await facts.get('requests')).toMatchObject({ state: 'fresh', tier: 'memory' });
  expect(calls).toEqual(['requests']);
});

test('a process whose Redis is frozen works alone', async () => {
  const facts = await startProcess(150);
  redis.freeze();
  const found = await Promise.all(['a', 'b', 'a', 'b'].map((id) => facts.get(id)));
  expect(found.map(({ state }) => state)).toEqual(['fresh', 'fresh', 'fresh', 'fresh']);
  expect(calls.toSorted()).toEqual(['a', 'b']);
});
