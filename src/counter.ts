import { LRUCache } from 'lru-cache';
import type { Store } from '../cache/store/contract.ts';

const MAX_KEYS = 10_000;

/** Adds one to a counter, which starts anew `windowMs` after its first count; gives how many it has counted. */
export type Counter = (key: string, windowMs: number) => Promise<number>;

/**
 * A counter that all processes share through the store. While the store fails, this process counts alone, and remembers
 * the 10,000 keys that it has counted last. The clock is in milliseconds, and one that cannot be set back.
 */
export function createCounter(store: Pick<Store, 'increment'>, clock: () => number): Counter {
  const windows = new LRUCache<string, { count: number; endsAtMs: number }>({ max: MAX_KEYS });

  const countAlone = (key: string, windowMs: number): number => {
    const nowMs = clock();
    const open = windows.get(key);
    const window =
      open !== undefined && nowMs < open.endsAtMs ? open : { count: 0, endsAtMs: nowMs + windowMs };
    window.count += 1;
    windows.set(key, window);
    return window.count;
  };

  return async (key, windowMs) =>
    (await store.increment(key, windowMs)) ?? countAlone(key, windowMs);
}
