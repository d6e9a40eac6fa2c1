import { expect, test } from 'vitest';
import { createMemoryCache } from '../../../cache/memory.ts';

const bytesOf = (length: number): Buffer => Buffer.alloc(length);
const create = (maxBytes: number) =>
  createMemoryCache<Buffer>({ maxBytes, sizeOf: (value) => value.length });

test('returns a value until it is deleted', () => {
  const cache = create(10_000);
  const value = bytesOf(10);
  cache.set('a', value);
  expect(cache.get('a')).toBe(value);
  expect(cache.get('b')).toBeUndefined();
  cache.delete('a');
  expect(cache.get('a')).toBeUndefined();
});

test('stays within its limit by evicting the least recently used entries', () => {
  const cache = create(10_000);
  cache.set('first', bytesOf(1_000));
  for (let i = 0; i < 100; i += 1) {
    cache.set(`key ${i}`, bytesOf(1_000));
    expect(cache.get('first')).toBeDefined();
    expect(cache.stats().bytes).toBeLessThanOrEqual(10_000);
  }
  expect(cache.get('key 0')).toBeUndefined();
  expect(cache.get('key 99')).toBeDefined();
});

test('counts keys and overhead, even for empty values', () => {
  const cache = create(100_000);
  for (let i = 0; i < 10_000; i += 1) cache.set(`${i}`.padStart(100, '0'), bytesOf(0));
  expect(cache.stats().entries).toBeLessThan(100_000 / 200);
});

test('ignores a value larger than the cache, without evicting others', () => {
  const cache = create(10_000);
  cache.set('small', bytesOf(10));
  cache.set('large', bytesOf(20_000));
  expect(cache.get('large')).toBeUndefined();
  expect(cache.get('small')).toBeDefined();
});

test('counts a value that is set twice once, and nothing after clear', () => {
  const cache = create(10_000);
  cache.set('a', bytesOf(100));
  const { bytes } = cache.stats();
  cache.set('a', bytesOf(100));
  expect(cache.stats()).toEqual({ entries: 1, bytes });
  cache.clear();
  expect(cache.stats()).toEqual({ entries: 0, bytes: 0 });
});
