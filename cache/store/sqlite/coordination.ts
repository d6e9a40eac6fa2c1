import { randomUUID } from 'node:crypto';
import { FAILED, orNone, type SqliteAsker } from './connection.ts';
import type { Lease, LeaseAnswer, Store } from '../contract.ts';

/** Leases and counters in the file; each step is one statement. */
export function createSqliteCoordination(
  ask: SqliteAsker,
): Pick<Store, 'acquireLease' | 'increment'> {
  const createLease = (key: string, token: string): Lease => ({
    renew(ttlMs) {
      const isOurs = ask('lease', (s, nowMs) => s.renew(key, token, nowMs, ttlMs));
      return Promise.resolve(isOurs === FAILED ? 'unknown' : isOurs ? 'ours' : 'lost');
    },
    release() {
      ask('lease', (s) => s.release(key, token));
      return Promise.resolve();
    },
  });

  const acquireLease = (key: string, ttlMs: number): LeaseAnswer => {
    const token = randomUUID();
    const granted = ask('lease', (s, nowMs) => s.lease(key, token, nowMs, ttlMs), Boolean);
    if (granted === FAILED) return { state: 'unknown' };
    if (!granted) return { state: 'held' };
    return { state: 'granted', lease: createLease(key, token) };
  };

  return {
    acquireLease: (key, ttlMs) => Promise.resolve(acquireLease(key, ttlMs)),
    increment(key, windowMs) {
      const count = ask('increment', (s, nowMs) => s.increment(key, nowMs, windowMs));
      return Promise.resolve(orNone(count));
    },
  };
}

/** Rankings in the file; each step is one statement. */
export function createSqliteRankings(
  ask: SqliteAsker,
): Pick<Store, 'rank' | 'ranked' | 'rankedOf'> {
  return {
    rank(key, scores, { add, maxMembers, ttlSeconds }) {
      const change = { scores, add, maxMembers, ttlMs: ttlSeconds * 1000 };
      ask('rank', (s, nowMs) => s.rank(key, change, nowMs));
      return Promise.resolve();
    },
    ranked(key, least, limit) {
      const members = ask('rank', (s, nowMs) => s.ranked(key, least, limit, nowMs));
      return Promise.resolve(orNone(members));
    },
    rankedOf(key, members) {
      return Promise.resolve(orNone(ask('rank', (s, nowMs) => s.rankedOf(key, members, nowMs))));
    },
  };
}
