import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { vi } from 'vitest';
import { createRedisStore } from '../../../../cache/store/redis/store.ts';
import { createSqliteStore } from '../../../../cache/store/sqlite/store.ts';
import type { Store, StoreObserver } from '../../../../cache/store/contract.ts';
import { startRedis } from '../../../support/redis.ts';
import { makeTempDirectory } from '../../../support/temp.ts';
import { isMissing } from '../../../support/programs.ts';

/** A key that nobody else has. */
export const newKey = (): string => `pypins:1:test:${randomUUID()}`;

/** Waits for what takes its time. */
export async function waitFor(condition: () => Promise<boolean>): Promise<boolean> {
  return await vi.waitUntil(condition, { timeout: 60_000, interval: 10 });
}

/** What a kind of store is opened with; each `open` is another process's view of the same store. */
export interface Backend {
  open(observe?: StoreObserver): Promise<Store>;
  stop(): Promise<void>;
}

/** A real redis-server. */
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

/** A file in a directory of its own. */
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

/** The two kinds; SQLite alone where there is no redis-server. */
export const BACKENDS: readonly Kind[] = [
  ...(isMissing('redis-server') ? [] : [['redis', startRedisBackend] satisfies Kind]),
  ['sqlite', startSqliteBackend],
];
