import { join } from 'node:path';
import type { Logger } from 'pino';
import { type ContentStore, createContentStore } from '../cache/content-store.ts';
import type { Messages } from '../cache/messages.ts';
import type { Store } from '../cache/store.ts';
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
}

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
  const [{ createSqliteStore }, { createSqliteMessages }] = await Promise.all([
    import('../cache/sqlite-store.ts'),
    import('../cache/sqlite-messages.ts'),
  ]);
  const { CACHE_DIR, CACHE_MAX_BYTES } = options.config;
  return {
    store: createSqliteStore({
      path: join(CACHE_DIR, 'facts.sqlite'),
      maxBytes: CACHE_MAX_BYTES / 4,
      ...observersOf('sqlite', options),
    }),
    messages: createSqliteMessages({ path: join(CACHE_DIR, 'messages.sqlite') }),
  };
}

async function createRedis(options: ServicesOptions): Promise<Shared> {
  const [{ createRedisStore }, { createRedisMessages }] = await Promise.all([
    import('../cache/redis-store.ts'),
    import('../cache/redis-messages.ts'),
  ]);
  const { REDIS_URL: url } = options.config;
  return {
    store: createRedisStore({
      url,
      timeoutMs: DEADLINES.storeMs,
      ...observersOf('redis', options),
    }),
    messages: createRedisMessages({ url, channel: KEYS.expired }),
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
