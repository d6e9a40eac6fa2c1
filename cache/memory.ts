import { LRUCache } from 'lru-cache';

/** What the map, its list and the entry's own objects take beside key and value; measured, about 200 bytes. */
const ENTRY_OVERHEAD_BYTES = 200;

/** What one process remembers, up to a number of bytes. */
export interface MemoryCache<V> {
  get(key: string): V | undefined;
  /** Remembers the value; the least recently used entries make room. A value larger than the whole is not kept. */
  set(key: string, value: V): void;
  delete(key: string): void;
  clear(): void;
  stats(): { entries: number; bytes: number };
}

export interface MemoryCacheOptions<V> {
  /** Of keys, values and the overhead of each entry together. */
  readonly maxBytes: number;
  /** The bytes of a value; asked once, when it is set. */
  readonly sizeOf: (value: V) => number;
}

/** A memory cache, counted in bytes: a million small entries cannot take more than a hundred large ones. */
export function createMemoryCache<V extends object>({
  maxBytes,
  sizeOf,
}: MemoryCacheOptions<V>): MemoryCache<V> {
  const entries = new LRUCache<string, V>({
    maxSize: maxBytes,
    // V8 holds a character in at most two bytes.
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
