import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Store } from '../../../../cache/store/contract.ts';
import { type Backend, BACKENDS, newKey, waitFor } from './backends.ts';

describe.each(BACKENDS)('a ranking in the %s store', (_tier, startBackend) => {
  let backend: Backend;
  let store: Store;
  let other: Store;

  beforeAll(async () => {
    backend = await startBackend();
    store = await backend.open();
    other = await backend.open();
  });

  afterAll(async () => {
    await Promise.all([store.close(), other.close()]);
    await backend.stop();
  });

  const options = { add: false, maxMembers: 100, ttlSeconds: 60 };
  const scores = (given: Record<string, number>) => new Map(Object.entries(given));

  test('returns up to `limit` members above a score, highest first', async () => {
    const key = newKey();
    await store.rank(key, scores({ a: 1, b: 3, c: 2 }), options);
    expect(await other.ranked(key, 0, 10)).toEqual(['b', 'c', 'a']);
    expect(await other.ranked(key, 2, 10)).toEqual(['b', 'c']);
    expect(await other.ranked(key, 0, 1)).toEqual(['b']);
    expect(await other.ranked(newKey(), 0, 10)).toEqual([]);
  });

  test('replaces scores, or adds to them', async () => {
    const key = newKey();
    await store.rank(key, scores({ a: 1, b: 2 }), options);
    await other.rank(key, scores({ a: 2 }), { ...options, add: true });
    expect(await store.ranked(key, 3, 10)).toEqual(['a']);
    await store.rank(key, scores({ a: 1 }), options);
    expect(await store.ranked(key, 0, 10)).toEqual(['b', 'a']);
  });

  test('returns which members are in it', async () => {
    const key = newKey();
    await store.rank(key, scores({ 'a.b': 1, "c'd": 2 }), options);
    expect(await other.rankedOf(key, ["c'd", 'x', 'a.b'])).toEqual(["c'd", 'a.b']);
    expect(await other.rankedOf(key, [])).toEqual([]);
  });

  test('drops the lowest scores beyond its limit, after some writes', async () => {
    const key = newKey();
    for (let i = 0; i < 100; i += 1)
      await store.rank(key, scores({ [`member-${i}`]: i }), { ...options, maxMembers: 10 });
    const left = (await store.ranked(key, 0, 1_000)) ?? [];
    expect(left.slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, i) => `member-${99 - i}`));
    expect(left.length).toBeLessThan(50);
  });

  test('expires', async () => {
    const key = newKey();
    await store.rank(key, scores({ a: 1 }), { ...options, ttlSeconds: 1 });
    expect(await waitFor(async () => (await store.ranked(key, 0, 1))?.length === 0)).toBe(true);
  });

  test('accepts thousands of scores at once', async () => {
    const key = newKey();
    const many = new Map(Array.from({ length: 3_000 }, (_, i) => [`member-${i}`, i]));
    await store.rank(key, many, { ...options, maxMembers: 5_000 });
    expect(await store.ranked(key, 0, 10_000)).toHaveLength(3_000);
    expect(await store.rankedOf(key, [...many.keys(), 'x'])).toHaveLength(3_000);
  });
});
