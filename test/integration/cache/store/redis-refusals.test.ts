import { Redis } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { createRedisStore } from '../../../../cache/store/redis/store.ts';
import type { Store } from '../../../../cache/store/contract.ts';
import { isMissing } from '../../../support/programs.ts';
import { startRedis, type TestRedis } from '../../../support/redis/redis.ts';

const states: string[] = [];
let redis: TestRedis;
let store: Store;
afterEach(async () => {
  await store.close();
  await redis.stop();
});

/** Starts Redis and opens the store, with these words before the host. */
async function open(config: readonly string[], userInfo = ''): Promise<void> {
  redis = await startRedis({ config });
  store = createRedisStore({
    url: redis.url.replace('//', `//${userInfo}`),
    timeoutMs: 60_000,
    onStateChange: (healthy, error) => states.push(`${healthy} ${error?.message}`),
  });
  await store.ready(1_000);
}

test.skipIf(isMissing('redis-server')).each([
  ['has no room', 'CONFIG SET maxmemory 1', 'CONFIG SET maxmemory 0', /^OOM /],
  ['is a replica', 'REPLICAOF 127.0.0.1 9', 'REPLICAOF NO ONE', /^READONLY /],
])('is not healthy while Redis %s, and tells why', async (_, spoil, mend, reason) => {
  await open([]);
  const operator = new Redis(redis.url);
  const run = async (command: string): Promise<unknown> => {
    const [name = '', ...words] = command.split(' ');
    return operator.call(name, ...words);
  };
  expect(await store.probe()).toBeUndefined();
  await run(spoil);
  expect(await store.probe()).toMatch(reason);
  expect(await store.set('a', 'b', 60)).toBe(false);
  expect(store.healthy).toBe(false);
  expect(states.at(-1)).toMatch(/^false (?:OOM|READONLY) /);
  // What is allowed meanwhile tells nothing.
  await store.leaseLeftMs('a');
  await store.acquireLease('a', 1_000);
  expect(store.healthy).toBe(false);
  await run(mend);
  // A replica gets a new connection.
  await expect.poll(() => store.set('a', 'b', 60)).toBe(true);
  expect(store.healthy).toBe(true);
  operator.disconnect();
});

test.skipIf(isMissing('redis-server')).each([
  ['needs a password', '', /NOAUTH/],
  ['has another password', ':other@', /WRONGPASS/],
])('tells that Redis %s', async (_, userInfo, reason) => {
  await open(['--requirepass', 'secret'], userInfo);
  await expect.poll(() => store.probe()).toMatch(reason);
  expect(store.healthy).toBe(false);
});

test.skipIf(isMissing('redis-server'))('is healthy again where nothing is written', async () => {
  await open([]);
  const operator = new Redis(redis.url);
  await operator.config('SET', 'maxmemory', '1');
  await store.set('a', 'b', 60);
  expect(store.healthy).toBe(false);
  await operator.config('SET', 'maxmemory', '0');
  await expect.poll(() => store.healthy).toBe(true);
  operator.disconnect();
});

test.skipIf(isMissing('redis-server'))('uses no other database than that of its URL', async () => {
  redis = await startRedis();
  store = createRedisStore({ url: `${redis.url}/99`, timeoutMs: 60_000 });
  await expect.poll(() => store.probe()).toMatch(/DB index/);
  await store.set('a', 'b', 60);
  expect(store.healthy).toBe(false);
  const operator = new Redis(redis.url);
  expect(await operator.dbsize()).toBe(0);
  operator.disconnect();
});
