import { LRUCache } from 'lru-cache';
import type { Store } from './store/contract.ts';

const MAX_KEYS = 10_000;

/** Increments a counter, which resets `windowMs` after its first count; returns the count. */
export type Counter = (key: string, windowMs: number) => Promise<number>;

/**
 * Returns a counter that all processes share through the store. While the store fails, this process counts alone, and
 * remembers the 10,000 latest keys. `clock` is monotonic, in milliseconds.
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
