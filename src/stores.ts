import { join } from 'node:path';
import type { Logger } from 'pino';
import { type ContentStore, createContentStore } from '../cache/content/store.ts';
import { createLocalMessages, type Messages } from '../cache/store/messages.ts';
import type { Store } from '../cache/store/contract.ts';
import type { Config } from './config.ts';
import { DEADLINES } from './deadlines.ts';
import { KEYS } from './keys.ts';
import type { Metrics } from './metrics.ts';

const PICTURES_FORMAT = 1;
const SWEEP_INTERVAL_MS = 300_000;

/** What every part of the services is made from. */
export interface ServicesOptions {
  config: Config;
  log: Logger;
  metrics: Metrics;
  version: string;
}

/** What the processes of one installation share. */
export interface Shared {
  readonly store: Store;
  readonly messages: Messages;
  /** For how long a process answers from memory without looking at the store. */
  readonly memorySeconds: number;
}

/** Redis tells of what has expired. */
const REDIS_MEMORY_SECONDS = 5;
/** The file tells nothing, and a look at it takes some microseconds. */
const SQLITE_MEMORY_SECONDS = 0.25;
/** Whole answers are remembered for a second (`http/remembered.ts`), with facts that come from memory. */
const SQLITE_SETTLE_MS = SQLITE_MEMORY_SECONDS * 1000 + 1_000;

/** The pictures on disk; what fails there is logged once. */
export function createDisk({ config, log, metrics }: ServicesOptions): ContentStore {
  const reported = new Set<string>();
  return createContentStore({
    directory: join(config.CACHE_DIR, 'pictures'),
    maxBytes: (config.CACHE_MAX_BYTES / 4) * 3,
    formatVersion: PICTURES_FORMAT,
    sweepIntervalMs: SWEEP_INTERVAL_MS,
    observe(outcome, code) {
      metrics.tier('disk', outcome);
      // Once for each kind of failure: a full disk fails with every picture. There are a few dozen codes at most.
      if (code === undefined || reported.has(code)) return;
      reported.add(code);
      log.error({ code }, 'the disk cache fails: pictures come from memory or are drawn');
    },
  });
}

/** Redis where it is set, else files in `CACHE_DIR`; only the one that is used is loaded. */
export async function createShared(options: ServicesOptions): Promise<Shared> {
  return options.config.REDIS_URL === '' ? createSqlite(options) : createRedis(options);
}

async function createSqlite(options: ServicesOptions): Promise<Shared> {
  const { createSqliteStore } = await import('../cache/store/sqlite/store.ts');
  const { CACHE_DIR, CACHE_MAX_BYTES } = options.config;
  return {
    store: createSqliteStore({
      path: join(CACHE_DIR, 'facts.sqlite'),
      maxBytes: CACHE_MAX_BYTES / 4,
      ...observersOf('sqlite', options),
    }),
    messages: createLocalMessages(SQLITE_SETTLE_MS),
    memorySeconds: SQLITE_MEMORY_SECONDS,
  };
}

async function createRedis(options: ServicesOptions): Promise<Shared> {
  const [{ createRedisStore }, { createRedisMessages }] = await Promise.all([
    import('../cache/store/redis/store.ts'),
    import('../cache/store/redis/messages.ts'),
  ]);
  const { REDIS_URL: url } = options.config;
  return {
    store: createRedisStore({
      url,
      timeoutMs: DEADLINES.storeMs,
      ...observersOf('redis', options),
    }),
    messages: createRedisMessages({ url, channel: KEYS.expired }),
    memorySeconds: REDIS_MEMORY_SECONDS,
  };
}

function observersOf(tier: string, { log, metrics }: ServicesOptions) {
  return {
    observe: (operation: string, outcome: string) => metrics.tier(tier, `${operation} ${outcome}`),
    onStateChange(healthy: boolean, error?: unknown): void {
      if (healthy) log.info('the store of facts answers');
      else
        log.warn({ err: error }, 'the store of facts fails: facts come from memory and upstreams');
    },
  };
}
