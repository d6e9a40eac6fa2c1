import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { type Asker, FAILED } from './redis-asker.ts';
import type { Lease, LeaseAnswer, Store } from './store.ts';

/** Deletes a lease only while it is still ours: KEYS[1] the lease, ARGV[1] its token. */
const RELEASE_SCRIPT =
  "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

/** Prolongs a lease only while it is still ours: as above, and ARGV[2] the milliseconds. */
const RENEW_SCRIPT =
  "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0";

/** Counts, and with the first count sets the end, in one step: a counter without an end would never start anew. */
const INCREMENT_SCRIPT =
  "local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end return n";

/** Leases and counters in Redis, each step atomic. */
export function createRedisCoordination(
  client: Redis,
  ask: Asker,
): Pick<Store, 'acquireLease' | 'increment'> {
  const createLease = (leaseKey: string, token: string): Lease => ({
    async renew(ttlMs) {
      const reply = await ask('lease', () => client.eval(RENEW_SCRIPT, 1, leaseKey, token, ttlMs));
      if (reply === FAILED) return 'unknown';
      return reply === 1 ? 'ours' : 'lost';
    },
    async release() {
      await ask('lease', () => client.eval(RELEASE_SCRIPT, 1, leaseKey, token));
    },
  });

  return {
    async acquireLease(key, ttlMs): Promise<LeaseAnswer> {
      const leaseKey = `${key}#lease`;
      const token = randomUUID();
      const reply = await ask(
        'lease',
        () => client.set(leaseKey, token, 'PX', ttlMs, 'NX'),
        (given) => given !== null,
      );
      if (reply === FAILED) return { state: 'unknown' };
      if (reply === null) return { state: 'held' };
      return { state: 'granted', lease: createLease(leaseKey, token) };
    },
    async increment(key, windowMs) {
      const count = await ask('increment', () =>
        client.eval(INCREMENT_SCRIPT, 1, `${key}#count`, windowMs),
      );
      return typeof count === 'number' ? count : undefined;
    },
  };
}
