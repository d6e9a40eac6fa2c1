import { z } from 'zod';
import type { Address, RedisSite } from '../../cache/store/redis/client.ts';
import { list, originOf } from '../setting-formats.ts';

const SENTINEL_PORT = 26_379;
const DATABASE = /^(?:\/\d{0,4})?$/;
const EXAMPLE = 'redis://10.0.0.1:26379,redis://10.0.0.2:26379';

const password = z.string().max(1_000).default('');

/** Settings of the shared store; see `src/config.ts`. */
export const storeSettings = {
  REDIS_URL: z
    .union([z.literal(''), originOf(/^rediss?$/, 'redis://127.0.0.1:6379')], {
      error: 'must be a URL such as redis://127.0.0.1:6379',
    })
    .refine((url) => url === '' || DATABASE.test(new URL(url).pathname), {
      error:
        'must end with its address or the number of a database, such as redis://127.0.0.1:6379/1',
    })
    .default('')
    .describe(
      'Redis that shares facts between processes and machines; without it, an SQLite file in CACHE_DIR',
    ),
  REDIS_SENTINELS: list
    .refine((urls) => urls.every(isSentinelUrl) && new Set(urls.map(protocolOf)).size <= 1, {
      error: `must be URLs such as ${EXAMPLE}, all of redis: or all of rediss:, without passwords`,
    })
    .default([])
    .describe(
      'Redis with Sentinel, instead of REDIS_URL: all sentinels, separated by commas, such as `redis://10.0.0.1:26379`; `rediss:` means TLS to them and to Redis',
    ),
  REDIS_MASTER: z
    .string()
    .max(200)
    .default('')
    .describe('name of the master that the sentinels watch, such as `mymaster`'),
  REDIS_PASSWORD: password.describe('password of the Redis that the sentinels name'),
  REDIS_SENTINEL_PASSWORD: password.describe('password of the sentinels'),
};

type StoreSettings = {
  readonly [Name in keyof typeof storeSettings]: z.infer<(typeof storeSettings)[Name]>;
};

const WITH_SENTINELS = ['REDIS_MASTER', 'REDIS_PASSWORD', 'REDIS_SENTINEL_PASSWORD'] as const;

/** Returns the faults of settings that do not go together, by those that are given. */
export function storeFaults(given: ReadonlySet<string>): string[] {
  if (!given.has('REDIS_SENTINELS')) {
    const lost = WITH_SENTINELS.filter((name) => given.has(name));
    return lost.map(
      (name) => `${name}: has no effect without REDIS_SENTINELS; REDIS_URL contains its password`,
    );
  }
  const faults: string[] = [];
  if (given.has('REDIS_URL'))
    faults.push('REDIS_URL: must not be set together with REDIS_SENTINELS; choose one');
  if (!given.has('REDIS_MASTER'))
    faults.push('REDIS_MASTER: must name the master of REDIS_SENTINELS, such as mymaster');
  return faults;
}

/** Returns where Redis is; undefined without one. */
export function redisSite(config: StoreSettings): RedisSite | undefined {
  const { REDIS_URL, REDIS_SENTINELS, REDIS_MASTER } = config;
  if (REDIS_URL !== '') return { url: REDIS_URL };
  if (REDIS_SENTINELS.length === 0) return undefined;
  return {
    sentinels: REDIS_SENTINELS.map(addressOf),
    master: REDIS_MASTER,
    password: config.REDIS_PASSWORD,
    sentinelPassword: config.REDIS_SENTINEL_PASSWORD,
    hasTls: REDIS_SENTINELS.map(protocolOf).includes('rediss:'),
  };
}

function addressOf(url: string): Address {
  const { hostname, port } = new URL(url);
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? SENTINEL_PORT : Number(port),
  };
}

function protocolOf(url: string): string | undefined {
  return URL.parse(url)?.protocol;
}

/** A protocol, a host and perhaps a port; nothing else would have an effect. */
function isSentinelUrl(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed === null || !/^rediss?:$/.test(parsed.protocol)) return false;
  const { username, password: word, pathname, search, hash, hostname } = parsed;
  return hostname !== '' && username + word + pathname + search + hash === '';
}
