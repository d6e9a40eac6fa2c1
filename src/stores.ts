import { join } from 'node:path';
import type { Logger } from 'pino';
import { type ContentStore, createContentStore } from '../cache/content-store.ts';
import type { Messages } from '../cache/messages.ts';
import { createRedisMessages } from '../cache/redis-messages.ts';
import { createRedisStore } from '../cache/redis-store.ts';
import { createSqliteMessages } from '../cache/sqlite-messages.ts';
import { createSqliteStore } from '../cache/sqlite-store.ts';
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

/** Redis where it is set, else files in `CACHE_DIR`. */
export function createShared(options: ServicesOptions): Shared {
  return { store: createStore(options), messages: createMessages(options.config) };
}

function createMessages({ REDIS_URL, CACHE_DIR }: Config): Messages {
  return REDIS_URL === ''
    ? createSqliteMessages({ path: join(CACHE_DIR, 'messages.sqlite') })
    : createRedisMessages({ url: REDIS_URL, channel: KEYS.expired });
}

function createStore({ config, log, metrics }: ServicesOptions): Store {
  const onStateChange = (healthy: boolean, error?: unknown): void => {
    if (healthy) log.info('the store of facts answers');
    else log.warn({ err: error }, 'the store of facts fails: facts come from memory and upstreams');
  };
  if (config.REDIS_URL !== '') {
    return createRedisStore({
      url: config.REDIS_URL,
      timeoutMs: DEADLINES.storeMs,
      observe: (operation, outcome) => metrics.tier('redis', `${operation} ${outcome}`),
      onStateChange,
    });
  }
  return createSqliteStore({
    path: join(config.CACHE_DIR, 'facts.sqlite'),
    maxBytes: config.CACHE_MAX_BYTES / 4,
    observe: (operation, outcome) => metrics.tier('sqlite', `${operation} ${outcome}`),
    onStateChange,
  });
}
