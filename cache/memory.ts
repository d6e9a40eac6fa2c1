import { LRUCache } from 'lru-cache';

/** Measured: map, list and objects of an entry take about 200 bytes beside key and value. */
const ENTRY_OVERHEAD_BYTES = 200;

/** An in-memory LRU cache limited in bytes. */
export interface MemoryCache<V> {
  get(key: string): V | undefined;
  /** Stores the value and evicts the least recently used entries. Ignores a value larger than the whole cache. */
  set(key: string, value: V): void;
  delete(key: string): void;
  clear(): void;
  stats(): { entries: number; bytes: number };
}

export interface MemoryCacheOptions<V> {
  /** Limit for keys, values and the overhead of each entry together. */
  readonly maxBytes: number;
  /** Returns the bytes of a value; called once, when it is set. */
  readonly sizeOf: (value: V) => number;
}

/** Creates a cache that counts bytes, so that a million small entries take no more than a hundred large ones. */
export function createMemoryCache<V extends object>({
  maxBytes,
  sizeOf,
}: MemoryCacheOptions<V>): MemoryCache<V> {
  const entries = new LRUCache<string, V>({
    maxSize: maxBytes,
    // V8 takes at most two bytes for a character.
    sizeCalculation: (value, key) =>
      ENTRY_OVERHEAD_BYTES + 2 * key.length + Math.ceil(sizeOf(value)),
  });
  return {
    get: (key) => entries.get(key),
    set: (key, value) => void entries.set(key, value),
    delete: (key) => void entries.delete(key),
    clear: () => entries.clear(),
    stats: () => ({ entries: entries.size, bytes: entries.calculatedSize }),
  };
}
