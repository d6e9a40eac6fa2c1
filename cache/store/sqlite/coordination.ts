import { randomUUID } from 'node:crypto';
import { FAILED, orNone } from '../attempt.ts';
import type { Attempt } from './attempt.ts';
import type { Lease, LeaseAnswer, Store } from '../contract.ts';

/** Leases and counters in the file; each step is one statement. */
export function createSqliteCoordination(
  attempt: Attempt,
): Pick<Store, 'acquireLease' | 'increment'> {
  const createLease = (key: string, token: string): Lease => ({
    renew(ttlMs) {
      const isOurs = attempt('lease', (s, nowMs) => s.renew(key, token, nowMs, ttlMs));
      return Promise.resolve(isOurs === FAILED ? 'unknown' : isOurs ? 'ours' : 'lost');
    },
    release() {
      attempt('lease', (s) => s.release(key, token));
      return Promise.resolve();
    },
  });

  const acquireLease = (key: string, ttlMs: number): LeaseAnswer => {
    const token = randomUUID();
    const granted = attempt('lease', (s, nowMs) => s.lease(key, token, nowMs, ttlMs), Boolean);
    if (granted === FAILED) return { state: 'unknown' };
    if (!granted) return { state: 'held' };
    return { state: 'granted', lease: createLease(key, token) };
  };

  return {
    acquireLease: (key, ttlMs) => Promise.resolve(acquireLease(key, ttlMs)),
    increment(key, windowMs) {
      const count = attempt('increment', (s, nowMs) => s.increment(key, nowMs, windowMs));
      return Promise.resolve(orNone(count));
    },
  };
}

/** Rankings in the file; each step is one statement. */
export function createSqliteRankings(
  attempt: Attempt,
): Pick<Store, 'rank' | 'ranked' | 'rankedOf'> {
  return {
    rank(key, scores, { add, maxMembers, ttlSeconds }) {
      const change = { scores, add, maxMembers, ttlMs: ttlSeconds * 1000 };
      attempt('rank', (s, nowMs) => s.rank(key, change, nowMs));
      return Promise.resolve();
    },
    ranked(key, least, limit) {
      const members = attempt('rank', (s, nowMs) => s.ranked(key, least, limit, nowMs));
      return Promise.resolve(orNone(members));
    },
    rankedOf(key, members) {
      return Promise.resolve(
        orNone(attempt('rank', (s, nowMs) => s.rankedOf(key, members, nowMs))),
      );
    },
  };
}
