import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Store } from '../../../../cache/store/contract.ts';
import { type Backend, BACKENDS, newKey, waitFor } from './backends.ts';

const LONG_MS = 60_000;
const SHORT_MS = 50;

describe.each(BACKENDS)('the %s store', (tier, startBackend) => {
  let backend: Backend;
  let store: Store;
  let other: Store;
  const counted: string[] = [];

  beforeAll(async () => {
    backend = await startBackend();
    store = await backend.open((operation, outcome) => counted.push(`${operation} ${outcome}`));
    other = await backend.open();
  });

  afterAll(async () => {
    await store.close();
    await other.close();
    await backend.stop();
  });

  test('is healthy, and names its tier', () => {
    expect(store).toMatchObject({ healthy: true, tier });
  });

  test('lists the keys of values with a prefix, without leases and counters', async () => {
    const prefix = `${newKey()}:`;
    await store.set(`${prefix}a`, 'x', 60);
    await store.set(`${prefix}b:1.0`, 'x', 60);
    await store.set(`${prefix.slice(0, -1)}-other`, 'x', 60);
    await store.acquireLease(`${prefix}a`, LONG_MS);
    await store.increment(`${prefix}a`, LONG_MS);
    expect((await other.keys(prefix)).toSorted()).toEqual([`${prefix}a`, `${prefix}b:1.0`]);
    expect(await other.keys(`${prefix}b:`)).toEqual([`${prefix}b:1.0`]);
  });

  describe('values', () => {
    test.each([
      ['text', 'a value'],
      ['nothing', ''],
      ['JSON', '{"a":"\\u0000 \\" \'"}'],
      ['all of Unicode', 'ü € 你好 🙂 \u0000 \r\n'],
      ['a hundred kilobytes', 'x'.repeat(100_000)],
    ])('%s is got as it was set, by every process', async (_, value) => {
      const key = newKey();
      await store.set(key, value, 60);
      expect(await store.get(key)).toBe(value);
      expect(await other.get(key)).toBe(value);
    });

    test('are undefined before they are set', async () => {
      expect(await store.get(newKey())).toBeUndefined();
    });

    test('return what was set last', async () => {
      const key = newKey();
      await store.set(key, 'first', 60);
      await other.set(key, 'second', 60);
      expect(await store.get(key)).toBe('second');
    });

    test('expire', async () => {
      const key = newKey();
      await store.set(key, 'value', 0.5);
      expect(await waitFor(async () => (await store.get(key)) === undefined)).toBe(true);
    });
  });

  describe('a lease', () => {
    test('is granted to one of many callers', async () => {
      const key = newKey();
      const asked = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? store : other));
      const answers = await Promise.all(asked.map((of) => of.acquireLease(key, LONG_MS)));
      const states = answers.map(({ state }) => state);
      expect(states.filter((state) => state === 'granted')).toHaveLength(1);
      expect(states.filter((state) => state === 'held')).toHaveLength(49);
    });

    test('can be acquired again after its release', async () => {
      const key = newKey();
      const answer = await store.acquireLease(key, LONG_MS);
      expect(await other.acquireLease(key, LONG_MS)).toEqual({ state: 'held' });
      if (answer.state === 'granted') await answer.lease.release();
      expect(await other.acquireLease(key, LONG_MS)).toMatchObject({ state: 'granted' });
    });

    test('can be acquired again after it expired; its former holder cannot release it', async () => {
      const key = newKey();
      const first = await store.acquireLease(key, SHORT_MS);
      await vi.waitUntil(async () => (await other.acquireLease(key, LONG_MS)).state === 'granted', {
        timeout: 60_000,
      });
      if (first.state === 'granted') await first.lease.release();
      expect(await store.acquireLease(key, LONG_MS)).toEqual({ state: 'held' });
    });

    test('is extended by a renewal, which tells a former holder that it is lost', async () => {
      const key = newKey();
      const answer = await store.acquireLease(key, LONG_MS);
      if (answer.state !== 'granted') throw new Error('not granted');
      expect(await answer.lease.renew(SHORT_MS)).toBe('ours');
      await vi.waitUntil(async () => (await other.acquireLease(key, LONG_MS)).state === 'granted', {
        timeout: 60_000,
      });
      expect(await answer.lease.renew(LONG_MS)).toBe('lost');
    });

    test('tells everybody for how long it is held', async () => {
      const key = newKey();
      expect(await other.leaseLeftMs(key)).toBe(0);
      const answer = await store.acquireLease(key, LONG_MS);
      const leftMs = await other.leaseLeftMs(key);
      expect(leftMs).toBeGreaterThan(0);
      expect(leftMs).toBeLessThanOrEqual(LONG_MS);
      if (answer.state === 'granted') await answer.lease.release();
      expect(await other.leaseLeftMs(key)).toBe(0);
    });

    test('does not affect other keys', async () => {
      expect(await store.acquireLease(newKey(), LONG_MS)).toMatchObject({ state: 'granted' });
      expect(await store.acquireLease(newKey(), LONG_MS)).toMatchObject({ state: 'granted' });
    });
  });

  describe('a counter', () => {
    test('returns every count once, whoever increments', async () => {
      const key = newKey();
      const asked = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? store : other));
      const counts = await Promise.all(asked.map((of) => of.increment(key, LONG_MS)));
      const expected = asked.map((_, i) => i + 1);
      expect(counts.toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual(expected);
    });

    test('restarts after its window', async () => {
      const key = newKey();
      for (let i = 0; i < 3; i += 1) await store.increment(key, SHORT_MS);
      // An increment does not extend the window.
      expect(await waitFor(async () => (await store.increment(key, SHORT_MS)) === 1)).toBe(true);
    });
  });

  test('a value, a lease and a counter of one key are independent', async () => {
    const key = newKey();
    await store.set(key, 'value', 60);
    expect(await store.acquireLease(key, LONG_MS)).toMatchObject({ state: 'granted' });
    expect(await store.increment(key, LONG_MS)).toBe(1);
    expect(await store.get(key)).toBe('value');
    expect(await store.acquireLease(key, LONG_MS)).toEqual({ state: 'held' });
    expect(await store.increment(key, LONG_MS)).toBe(2);
  });

  test('reports every operation with its outcome', async () => {
    const key = newKey();
    counted.length = 0;
    await store.get(key);
    await store.set(key, 'value', 60);
    await store.get(key);
    await store.acquireLease(key, LONG_MS);
    await store.acquireLease(key, LONG_MS);
    await store.increment(key, LONG_MS);
    expect(counted).toEqual([
      'get miss',
      'set ok',
      'get hit',
      'lease hit',
      'lease miss',
      'increment ok',
    ]);
  });

  test('fails every operation after close', async () => {
    const closed = await backend.open();
    const key = newKey();
    await store.set(key, 'value', 60);
    const answer = await closed.acquireLease(newKey(), LONG_MS);
    await closed.close();
    expect(closed.healthy).toBe(false);
    expect(await closed.get(key)).toBeUndefined();
    await closed.set(key, 'other', 60);
    expect(await closed.acquireLease(key, LONG_MS)).toEqual({ state: 'unknown' });
    expect(await closed.increment(key, LONG_MS)).toBeUndefined();
    if (answer.state === 'granted') await answer.lease.release();
    await closed.close();
    expect(await store.get(key)).toBe('value');
  });
});
