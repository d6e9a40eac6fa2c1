import { LRUCache } from 'lru-cache';
import type { Store } from './store/contract.ts';

const MAX_KEYS = 10_000;
/** Of what a process has counted alone in a window, so many are told to the store. */
const MAX_TOLD = 200;

/** Increments a counter, which resets `windowMs` after its first count; returns the count. */
export type Counter = (key: string, windowMs: number) => Promise<number>;

interface Window {
  readonly endsAtMs: number;
  count: number;
  /** How many of them this process has counted alone. */
  alone: number;
}

/**
 * Returns a counter that all processes share through the store. While the store fails, this process continues from the last
 * shared count, and adds what it has counted to the store afterwards: a failover of a second costs little of a budget.
 * Remembers the 10,000 latest keys. `clock` is monotonic, in milliseconds.
 */
export function createCounter(store: Pick<Store, 'increment'>, clock: () => number): Counter {
  const windows = new LRUCache<string, Window>({ max: MAX_KEYS });

  const windowOf = (key: string, windowMs: number, count?: number): Window => {
    const known = windows.get(key);
    // The first count of another window.
    const isOver = known === undefined || clock() >= known.endsAtMs || count === 1;
    const window = isOver ? { endsAtMs: clock() + windowMs, count: 0, alone: 0 } : known;
    windows.set(key, window);
    return window;
  };

  /** Returns the shared count with what was counted alone. */
  const tell = async (key: string, windowMs: number, window: Window): Promise<number> => {
    const untold = Array.from({ length: Math.min(window.alone, MAX_TOLD) });
    window.alone = 0;
    const counts = await Promise.all(untold.map(() => store.increment(key, windowMs)));
    return Math.max(0, ...counts.filter((count) => count !== undefined));
  };

  return async (key, windowMs) => {
    const shared = await store.increment(key, windowMs);
    const known = windows.get(key);
    const hasUntold = known !== undefined && known.alone > 0 && clock() < known.endsAtMs;
    const window = hasUntold ? known : windowOf(key, windowMs, shared);
    if (shared === undefined) {
      window.alone += 1;
      return (window.count += 1);
    }
    return (window.count = Math.max(shared, await tell(key, windowMs, window)));
  };
}
