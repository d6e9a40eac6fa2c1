import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { FAILED } from '../attempt.ts';
import type { Attempt } from './attempt.ts';
import type { Lease, LeaseAnswer, Store } from '../contract.ts';

/** Deletes a lease if it is still ours: KEYS[1] the lease, ARGV[1] its token. */
const RELEASE_SCRIPT =
  "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

/** Extends a lease if it is still ours: as above, and ARGV[2] the milliseconds. */
const RENEW_SCRIPT =
  "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0";

/**
 * Acquires a lease that is free: KEYS[1] the lease, ARGV[1] our token, ARGV[2] the milliseconds. A lease that lasts
 * longer than ours would was written before Redis' clock was set back, and counts as expired.
 */
const TAKE_SCRIPT = `
  local left = redis.call('PTTL', KEYS[1])
  if left >= 0 and left <= tonumber(ARGV[2]) then return 0 end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1`;

/** Increments a counter. A counter without an end, or with an end later than the window allows, restarts at 1. */
const INCREMENT_SCRIPT = `
  local left = redis.call('PTTL', KEYS[1])
  if left >= 0 and left <= tonumber(ARGV[1]) then return redis.call('INCR', KEYS[1]) end
  redis.call('SET', KEYS[1], 1, 'PX', ARGV[1])
  return 1`;

/** Creates leases and counters in Redis; each operation is atomic. */
export function createRedisCoordination(
  client: Redis,
  attempt: Attempt,
): Pick<Store, 'acquireLease' | 'leaseLeftMs' | 'increment'> {
  const createLease = (leaseKey: string, token: string): Lease => ({
    async renew(ttlMs) {
      const reply = await attempt('lease', () =>
        client.eval(RENEW_SCRIPT, 1, leaseKey, token, ttlMs),
      );
      if (reply === FAILED) return 'unknown';
      return reply === 1 ? 'ours' : 'lost';
    },
    async release() {
      await attempt('lease', () => client.eval(RELEASE_SCRIPT, 1, leaseKey, token));
    },
  });

  return {
    async acquireLease(key, ttlMs): Promise<LeaseAnswer> {
      const leaseKey = `${key}#lease`;
      const token = randomUUID();
      const reply = await attempt(
        'lease',
        () => client.eval(TAKE_SCRIPT, 1, leaseKey, token, ttlMs),
        (given) => given === 1,
      );
      if (reply === FAILED) return { state: 'unknown' };
      if (reply !== 1) return { state: 'held' };
      return { state: 'granted', lease: createLease(leaseKey, token) };
    },
    async leaseLeftMs(key) {
      const leftMs = await attempt('get', () => client.pttl(`${key}#lease`), isPositive);
      // Negative for a lease that does not exist, or never ends.
      return leftMs === FAILED ? undefined : Math.max(0, leftMs);
    },
    async increment(key, windowMs) {
      const count = await attempt('increment', () =>
        client.eval(INCREMENT_SCRIPT, 1, `${key}#count`, windowMs),
      );
      return typeof count === 'number' ? count : undefined;
    },
  };
}

function isPositive(ms: number): boolean {
  return ms > 0;
}
