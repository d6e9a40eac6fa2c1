import { once } from 'node:events';
import type { Redis } from 'ioredis';
import { inTime } from '../../deadline.ts';
import { FAILED } from '../attempt.ts';
import { type Attempt, createAttempt, isRefusal } from './attempt.ts';
import type { RedisSite } from './client.ts';
import { connect, dropSilent, watchState } from './connection.ts';
import { createRedisCoordination } from './coordination.ts';
import { createRedisRankings } from './rankings.ts';
import { MAX_KEYS, type Store, type StoreObserver } from '../contract.ts';

const SCANNED_AT_ONCE = 1_000;
const PROBE_KEY = 'pypins:probe';
const PROBE_SECONDS = 60;
const RETRY_MS = 1_000;
/** As the scripts of leases, counters and rankings. */
const PROBE_SCRIPT = `
  redis.call('SET', KEYS[1], 1, 'PX', redis.call('PTTL', KEYS[1]) + 1000)
  redis.call('INCR', KEYS[1])
  redis.call('ZADD', KEYS[2], 1, 'a')
  redis.call('ZINCRBY', KEYS[2], 1, 'a')
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -2)
  return redis.call('EXPIRE', KEYS[2], ARGV[1])`;
const NO_ANSWER = 'does not answer';

export type RedisStoreOptions = RedisSite & {
  /** Time-out of an operation; a connection that is silent for longer is dropped. */
  readonly timeoutMs?: number;
  readonly observe?: StoreObserver;
  /** Called when Redis is lost (with the error; also if it is missing at the start) and when it is back. */
  readonly onStateChange?: (healthy: boolean, error?: Error) => void;
};

/**
 * Creates the shared store over Redis. It starts without Redis and connects as soon as Redis is available.
 *
 * A connection that does not answer for `timeoutMs` is dropped. Without a connection every operation fails at once,
 * while the store reconnects in the background; a new connection counts only after Redis has answered on it. So a
 * frozen Redis delays the running requests by `timeoutMs` and later ones not at all. An error reply fails only its own
 * operation; while Redis refuses writes (OOM, READONLY), the store is not `healthy`. LOADING drops the connection,
 * because Redis answers nothing until it has loaded, and READONLY does, because another Redis is the master now.
 */
export function createRedisStore(options: RedisStoreOptions): Store {
  const { timeoutMs = 150, observe } = options;
  const client = connect(options, timeoutMs);
  const state = watchState(client, options.onStateChange);
  let isOpen = true;
  const isReady = (): boolean => isOpen && client.status === 'ready';
  const drop = (): void => dropSilent(client.stream, timeoutMs);
  const attempt = createAttempt({
    isReady,
    timeoutMs,
    drop,
    observe,
    onAnswer: state.noteAnswer,
  });
  const writeProbe = (): Promise<unknown> => client.set(PROBE_KEY, 'written', 'EX', PROBE_SECONDS);
  // Whether this connection leads to the master only a write can tell.
  client.on('ready', () => void (state.wasReplica() && attempt('set', writeProbe)));
  // And whether Redis takes writes again, where nothing is to be written.
  const trying = setInterval(() => {
    if (isReady() && !state.isSound()) void attempt('set', writeProbe);
  }, RETRY_MS).unref();

  return {
    tier: 'redis',
    get healthy() {
      return isOpen && state.isSound();
    },
    async probe() {
      if (!isReady()) return state.failure()?.message ?? NO_ANSWER;
      try {
        const answers = await inTime(timeoutMs, useAll(client));
        return answers === undefined ? NO_ANSWER : undefined;
      } catch (error) {
        if (isRefusal(error)) state.noteAnswer('set', error);
        return error instanceof Error ? error.message : String(error);
      }
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
    async close() {
      isOpen = false;
      clearInterval(trying);
      state.stop();
      client.disconnect();
    },
  };
}

/** Uses what the store and the messages use, in one round trip. Rejects with the first refusal. */
async function useAll(client: Redis): Promise<unknown> {
  const ranking = `${PROBE_KEY}#ranking`;
  return Promise.all([
    client.set(PROBE_KEY, 'written', 'EX', PROBE_SECONDS),
    client.eval(PROBE_SCRIPT, 2, PROBE_KEY, ranking, PROBE_SECONDS),
    client.get(PROBE_KEY),
    client.scan('0', 'MATCH', PROBE_KEY, 'COUNT', 1),
    client.zrange(ranking, '+inf', '0', 'BYSCORE', 'REV', 'LIMIT', 0, 1),
    client.zmscore(ranking, 'a'),
    client.publish(PROBE_KEY, ''),
    client.del(PROBE_KEY, ranking),
  ]);
}

/**
 * Scans in steps, so that no command takes long. Skips leases, counters and rankings, which have a `#` in their keys.
 */
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
