import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createRedisStore } from '../../../../cache/store/redis/store.ts';
import type { RedisStoreOptions } from '../../../../cache/store/redis/store.ts';
import type { Store } from '../../../../cache/store/contract.ts';
import { blockEventLoop } from '../../../support/block.ts';
import { freePort, startRedis } from '../../../support/redis/redis.ts';
import type { TestRedis } from '../../../support/redis/redis.ts';
import { isMissing } from '../../../support/programs.ts';

const LONG_MS = 60_000;

let redis: TestRedis;
let store: Store;
let states: string[];
const closing: (() => unknown)[] = [];

function open(url: string, options: Partial<RedisStoreOptions> = {}): Store {
  const opened = createRedisStore({
    url,
    onStateChange: (healthy, error) => states.push(`${healthy} ${error?.message ?? ''}`.trim()),
    ...options,
  });
  closing.push(() => opened.close());
  return opened;
}

async function becomes(healthy: boolean, of = store): Promise<void> {
  await vi.waitUntil(() => of.healthy === healthy, { timeout: 60_000, interval: 5 });
}

/** Opens a second connection, as an operator would. */
function connect(): Redis {
  const client = new Redis(redis.url);
  closing.push(() => client.disconnect());
  return client;
}

beforeEach(async ({ skip }) => {
  skip(isMissing('redis-server'));
  states = [];
  redis = await startRedis({ config: ['--enable-debug-command', 'local'] });
  closing.push(() => redis.stop());
});

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

describe('without Redis', () => {
  test('every operation fails at once, and the state carries the error', async () => {
    const observed: string[] = [];
    store = open(`redis://127.0.0.1:${await freePort()}`, {
      observe: (operation, outcome) => observed.push(`${operation} ${outcome}`),
    });
    await vi.waitUntil(() => states.length > 0, { timeout: 60_000 });
    expect(states).toEqual([expect.stringContaining('false connect ECONNREFUSED')]);
    expect(await store.get('a')).toBeUndefined();
    await store.set('a', 'value', 60);
    expect(await store.acquireLease('a', LONG_MS)).toEqual({ state: 'unknown' });
    expect(await store.increment('a', LONG_MS)).toBeUndefined();
    expect(observed).toEqual(['get', 'set', 'lease', 'increment'].map((name) => `${name} failed`));
  });

  test('connects when Redis starts', async () => {
    const port = await freePort();
    store = open(`redis://127.0.0.1:${port}`, { timeoutMs: 60_000 });
    expect(await store.get('a')).toBeUndefined();
    const late = await startRedis({ port });
    closing.push(() => late.stop());
    await becomes(true);
    await store.set('a', 'value', 60);
    expect(await store.get('a')).toBe('value');
  });

  test('reconnects each time Redis is killed and restarted', async () => {
    const { port } = redis;
    store = open(redis.url, { timeoutMs: 60_000 });
    for (let i = 0; i < 3; i += 1) {
      await becomes(true);
      await redis.stop();
      await becomes(false);
      expect(await store.get('a')).toBeUndefined();
      redis = await startRedis({ port });
    }
    await becomes(true);
    expect(states.map((state) => state.split(' ')[0])).toEqual(
      'true false true false true false true'.split(' '),
    );
    // The log tells why.
    expect(states).not.toContain('false');
  });

  test('reports a wrong password, and stays disconnected', async () => {
    await connect().config('SET', 'requirepass', 'secret');
    store = open(redis.url);
    await vi.waitUntil(() => states.length > 0, { timeout: 60_000 });
    expect(states[0]).toContain('NOAUTH');
    expect(await store.get('a')).toBeUndefined();
    const allowed = open(redis.url.replace('//', '//:secret@'));
    await becomes(true, allowed);
  });
});

describe('with a Redis that is frozen', () => {
  beforeEach(async () => {
    store = open(redis.url);
    await becomes(true);
    redis.freeze();
  });

  // If each of the thousand waited as long as the first, this would take minutes.
  test('only the first operations wait', { timeout: 60_000 }, async () => {
    const first = await Promise.all(Array.from({ length: 100 }, (_, i) => store.get(`${i}`)));
    for (let i = 0; i < 1_000; i += 1) await store.get(`${i}`);
    expect(first.every((value) => value === undefined)).toBe(true);
    expect(store.healthy).toBe(false);
  });

  test('reconnects without a request', async () => {
    expect(await store.get('a')).toBeUndefined();
    await becomes(false);
    redis.thaw();
    await becomes(true);
    // On a slow machine more than one attempt may be needed.
    await vi.waitUntil(
      async () => {
        await store.set('a', 'value', 60);
        return (await store.get('a')) === 'value';
      },
      { timeout: 60_000 },
    );
    expect(states.slice(0, 2)).toEqual(['true', 'false no answer within 150 ms']);
  });

  test('close does not wait for Redis', async () => {
    await store.close();
    expect(store.healthy).toBe(false);
  });
});

describe('with a Redis that refuses operations', () => {
  beforeEach(async () => {
    store = open(redis.url, { timeoutMs: 60_000 });
    await becomes(true);
    await store.set('known', 'value', 60);
  });

  test.each([
    ['because memory is full', (client: Redis) => client.config('SET', 'maxmemory', '1')],
    ['because it is a replica', (client: Redis) => client.call('REPLICAOF', '127.0.0.1', '1')],
  ])('%s, writes fail and reads succeed', async (_, refuse) => {
    await refuse(connect());
    await store.set('other', 'value', 60);
    expect(await store.increment('counter', LONG_MS)).toBeUndefined();
    expect(await store.acquireLease('lease', LONG_MS)).toEqual({ state: 'unknown' });
    expect(await store.get('other')).toBeUndefined();
    // From a replica it parts for a moment: another Redis may be the master.
    await expect.poll(() => store.get('known')).toBe('value');
    expect(states).toEqual(['true', expect.stringMatching(/^false (?:OOM|READONLY) /)]);
  });

  test('because a key has another type, only that operation fails', async () => {
    await connect().lpush('list', 'element');
    expect(await store.get('list')).toBeUndefined();
    expect(await store.get('known')).toBe('value');
    expect(states).toEqual(['true']);
  });

  test('while Redis loads, operations fail at once', async () => {
    const client = connect();
    await client.call('DEBUG', 'POPULATE', '3000');
    await client.config('SET', 'loading-process-events-interval-bytes', '1024');
    await client.config('SET', 'key-load-delay', '1000');
    const reloaded = client.call('DEBUG', 'RELOAD');
    await vi.waitUntil(
      async () => {
        await store.get('known');
        return !store.healthy;
      },
      { timeout: 60_000, interval: 5 },
    );
    expect(await store.get('known')).toBeUndefined();
    await reloaded;
    await becomes(true);
    expect(await store.get('known')).toBe('value');
  });
});

test('a reply that comes too late fails its operation, and is not taken for another one', async () => {
  store = open(redis.url);
  await becomes(true);
  await store.set('a', 'of a', 60);
  await store.set('b', 'of b', 60);
  const asleep = connect().call('DEBUG', 'SLEEP', '0.6');
  await vi.waitUntil(async () => (await store.get('a')) === undefined, { timeout: 60_000 });
  await asleep;
  await becomes(true);
  for (let i = 0; i < 100; i += 1) expect(['of b', undefined]).toContain(await store.get('b'));
});

test('a blocked event loop does not count as a time-out of Redis', async () => {
  store = open(redis.url, { timeoutMs: 600 });
  await becomes(true);
  await store.set('a', 'value', 60);
  const sent = store.get('a');
  await new Promise(setImmediate);
  const notSent = [store.get('a'), store.increment('counter', LONG_MS)];
  blockEventLoop(1_500);
  expect(await Promise.all([sent, ...notSent])).toEqual(['value', 'value', 1]);
  expect(states).toEqual(['true']);
});

test('ready waits for Redis even if the event loop is blocked', async () => {
  store = open(redis.url, { timeoutMs: 5_000 });
  const ready = store.ready(2_000);
  blockEventLoop(2_500);
  await ready;
  expect(store.healthy).toBe(true);
});
