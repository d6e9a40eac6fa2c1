import { once } from 'node:events';
import type { Redis } from 'ioredis';
import { inTime } from '../../deadline.ts';
import { FAILED } from '../attempt.ts';
import { type Attempt, createAttempt } from './attempt.ts';
import { connect, dropSilent, reportState } from './connection.ts';
import { createRedisCoordination } from './coordination.ts';
import { createRedisRankings } from './rankings.ts';
import { MAX_KEYS, type Store, type StoreObserver } from '../contract.ts';

const SCANNED_AT_ONCE = 1_000;

export interface RedisStoreOptions {
  /** `redis://` or `rediss://`, with user and password where the server wants them. */
  readonly url: string;
  /** The most that an operation takes, and that a silent connection is believed in. */
  readonly timeoutMs?: number;
  readonly observe?: StoreObserver;
  /** Called when Redis is lost (also when it is not there at the start, with the error) and when it is back. */
  readonly onStateChange?: (healthy: boolean, error?: Error) => void;
}

/**
 * The shared store over Redis. It starts whether or not Redis is there, and picks it up when it comes.
 *
 * Whether Redis is asked at all is decided by the connection: a connection that does not answer for `timeoutMs` is
 * dropped, and while there is none, every operation fails at once. It is made anew in the background, for ever, and
 * counts only when Redis has answered on it. So a frozen Redis costs the requests under way `timeoutMs`, and later
 * ones nothing; no request ever waits for a connection. An error reply (OOM, READONLY) fails its own operation alone;
 * LOADING drops the connection, since nothing can be had until it is over.
 */
export function createRedisStore(options: RedisStoreOptions): Store {
  const { timeoutMs = 150, observe } = options;
  const client = connect(options.url, timeoutMs);
  const stopReporting = reportState(client, options.onStateChange);
  let isOpen = true;
  const isReady = (): boolean => isOpen && client.status === 'ready';
  const drop = (): void => dropSilent(client.stream, timeoutMs);
  const attempt = createAttempt({ isReady, timeoutMs, drop, observe });

  return {
    tier: 'redis',
    get healthy() {
      return isReady();
    },
    async get(key) {
      const value = await attempt('get', () => client.get(key), isText);
      return isText(value) ? value : undefined;
    },
    async set(key, value, ttlSeconds) {
      const reply = await attempt('set', () =>
        client.set(key, value, 'EX', Math.max(1, Math.ceil(ttlSeconds))),
      );
      return reply !== FAILED;
    },
    keys: (prefix) => scanKeys(client, attempt, prefix),
    ...createRedisCoordination(client, attempt),
    ...createRedisRankings(client, attempt),
    async ready(maxMs) {
      if (client.status === 'ready') return;
      await inTime(maxMs, once(client, 'ready')).catch(() => undefined);
    },
    close() {
      isOpen = false;
      stopReporting();
      client.disconnect();
      return Promise.resolve();
    },
  };
}

/** A step at a time, so that no step takes long. Leases and counters have a `#` in their keys. */
async function scanKeys(client: Redis, attempt: Attempt, prefix: string): Promise<string[]> {
  const found: string[] = [];
  let cursor = '0';
  do {
    const from = cursor;
    const reply = await attempt('keys', () =>
      client.scan(from, 'MATCH', `${prefix}*`, 'COUNT', SCANNED_AT_ONCE),
    );
    if (reply === FAILED) break;
    cursor = reply[0];
    found.push(...reply[1].filter((key) => !key.includes('#')));
  } while (cursor !== '0' && found.length < MAX_KEYS);
  return found;
}

function isText(reply: unknown): reply is string {
  return typeof reply === 'string';
}
