import { randomUUID } from 'node:crypto';
import { FAILED, orNone } from '../attempt.ts';
import type { Attempt } from './attempt.ts';
import type { Lease, LeaseAnswer, Store } from '../contract.ts';

/** Creates leases and counters in SQLite; each operation is one statement. */
export function createSqliteCoordination(
  attempt: Attempt,
): Pick<Store, 'acquireLease' | 'leaseLeftMs' | 'increment'> {
  const createLease = (key: string, token: string): Lease => ({
    async renew(ttlMs) {
      const isOurs = attempt('lease', (s, nowMs) => s.renew(key, token, nowMs, ttlMs));
      return isOurs === FAILED ? 'unknown' : isOurs ? 'ours' : 'lost';
    },
    async release() {
      attempt('lease', (s) => s.release(key, token));
    },
  });

  return {
    async acquireLease(key, ttlMs): Promise<LeaseAnswer> {
      const token = randomUUID();
      const granted = attempt('lease', (s, nowMs) => s.lease(key, token, nowMs, ttlMs), Boolean);
      if (granted === FAILED) return { state: 'unknown' };
      if (!granted) return { state: 'held' };
      return { state: 'granted', lease: createLease(key, token) };
    },
    leaseLeftMs: async (key) =>
      orNone(attempt('get', (s, nowMs) => s.leaseLeft(key, nowMs), Boolean)),
    increment: async (key, windowMs) =>
      orNone(attempt('increment', (s, nowMs) => s.increment(key, nowMs, windowMs))),
  };
}

/** Creates rankings in SQLite; each operation is one statement. */
export function createSqliteRankings(
  attempt: Attempt,
): Pick<Store, 'rank' | 'ranked' | 'rankedOf'> {
  return {
    async rank(key, scores, { add, maxMembers, ttlSeconds }) {
      const change = { scores, add, maxMembers, ttlMs: ttlSeconds * 1000 };
      attempt('rank', (s, nowMs) => s.rank(key, change, nowMs));
    },
    ranked: async (key, least, limit) =>
      orNone(attempt('rank', (s, nowMs) => s.ranked(key, least, limit, nowMs))),
    rankedOf: async (key, members) =>
      orNone(attempt('rank', (s, nowMs) => s.rankedOf(key, members, nowMs))),
  };
}
