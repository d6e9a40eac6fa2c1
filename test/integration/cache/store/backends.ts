import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { vi } from 'vitest';
import { createRedisStore } from '../../../../cache/store/redis/store.ts';
import { createSqliteStore } from '../../../../cache/store/sqlite/store.ts';
import type { Store, StoreObserver } from '../../../../cache/store/contract.ts';
import { startRedis } from '../../../support/redis/redis.ts';
import { makeTempDirectory } from '../../../support/temp.ts';
import { isMissing } from '../../../support/programs.ts';

/** Returns a unique key. */
export const newKey = (): string => `pypins:1:test:${randomUUID()}`;

/** Waits until a condition holds. */
export async function waitFor(condition: () => Promise<boolean>): Promise<boolean> {
  return await vi.waitUntil(condition, { timeout: 60_000, interval: 10 });
}

/** A store for tests; each `open` returns the store as another process opens it. */
export interface Backend {
  open(observe?: StoreObserver): Promise<Store>;
  stop(): Promise<void>;
}

/** Starts a real redis-server. */
export async function startRedisBackend(): Promise<Backend> {
  const redis = await startRedis();
  return {
    async open(observe) {
      const store = createRedisStore({
        url: redis.url,
        timeoutMs: 60_000,
        ...(observe && { observe }),
      });
      await vi.waitUntil(() => store.healthy, { timeout: 60_000 });
      return store;
    },
    stop: () => redis.stop(),
  };
}

/** Creates a file in its own directory. */
export async function startSqliteBackend(): Promise<Backend> {
  const { path, remove } = await makeTempDirectory();
  return {
    open(observe) {
      const file = join(path, 'store.db');
      const store = createSqliteStore({
        path: file,
        maxBytes: 8_000_000,
        ...(observe && { observe }),
      });
      return Promise.resolve(store);
    },
    stop: remove,
  };
}

type Kind = readonly [tier: 'redis' | 'sqlite', start: () => Promise<Backend>];

/** Both kinds of store; only SQLite if redis-server is missing. */
export const BACKENDS: readonly Kind[] = [
  ...(isMissing('redis-server') ? [] : [['redis', startRedisBackend] satisfies Kind]),
  ['sqlite', startSqliteBackend],
];
