import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { prepareRankings, type RankingStatements } from './rankings.ts';
import { MAX_KEYS } from '../contract.ts';

/** Never changes: the first versions of the code remove a file with another number. */
export const USER_VERSION = 3;

/**
 * Creates missing tables each time the file is opened. Old and new code share the file, so tables and columns are only
 * ever added, and a new column needs a default. Records have a checksum because SQLite's pages have none: a flipped bit
 * on the disk would show another version on a badge.
 */
export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS records (key TEXT PRIMARY KEY, value TEXT NOT NULL, checksum INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS records_by_end ON records (expires_at);
  CREATE TABLE IF NOT EXISTS leases (key TEXT PRIMARY KEY, token TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS counters (key TEXT PRIMARY KEY, count INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS rankings (key TEXT NOT NULL, member TEXT NOT NULL, score REAL NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (key, member)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS rankings_by_score ON rankings (key, score);
`;

/** Records that are removed at once when the file is full. */
const EVICTED_AT_ONCE = 64;

const GET = 'SELECT value, checksum FROM records WHERE key = :key AND expires_at > :now';
const SET = `
  INSERT INTO records (key, value, checksum, expires_at) VALUES (:key, :value, :checksum, :end)
  ON CONFLICT (key) DO UPDATE SET
    value = excluded.value, checksum = excluded.checksum, expires_at = excluded.expires_at`;
const KEYS = `
  SELECT key FROM records WHERE key >= :prefix AND key < :prefix || char(65535) AND expires_at > :now LIMIT ${MAX_KEYS}`;

// A lease or counter that ends much later than a new one would was written before the clock was set back, and counts as
// expired. A little later is normal: another process may have read the clock after us and written before us.
const CLOCK_SLACK_MS = 60_000;
const LEASE = `
  INSERT INTO leases (key, token, expires_at) VALUES (:key, :token, :now + :ttl)
  ON CONFLICT (key) DO UPDATE SET token = excluded.token, expires_at = excluded.expires_at
  WHERE expires_at <= :now OR expires_at > :now + :ttl + ${CLOCK_SLACK_MS}`;
const LEASE_LEFT =
  'SELECT expires_at - :now AS left FROM leases WHERE key = :key AND expires_at > :now';
const RELEASE = 'DELETE FROM leases WHERE key = :key AND token = :token';
const RENEW = 'UPDATE leases SET expires_at = :now + :ttl WHERE key = :key AND token = :token';
const RUNNING = `expires_at > :now AND expires_at <= :now + :window + ${CLOCK_SLACK_MS}`;
const INCREMENT = `
  INSERT INTO counters (key, count, expires_at) VALUES (:key, 1, :now + :window)
  ON CONFLICT (key) DO UPDATE SET
    count = iif(${RUNNING}, count + 1, 1),
    expires_at = iif(${RUNNING}, expires_at, :now + :window)
  RETURNING count`;

const DROP_RANKINGS = 'DELETE FROM rankings WHERE expires_at <= :now';
const DROP_LEASES = 'DELETE FROM leases WHERE expires_at <= :now';
const DROP_COUNTERS = 'DELETE FROM counters WHERE expires_at <= :now';
const DROP_OLDEST = `
  DELETE FROM records WHERE key IN (SELECT key FROM records ORDER BY expires_at LIMIT ${EVICTED_AT_ONCE})`;

/** The operations of the store as prepared statements. */
export interface Statements extends RankingStatements {
  get(key: string, nowMs: number): string | undefined;
  set(key: string, value: string, endMs: number): void;
  keys(prefix: string, nowMs: number): string[];
  /** Acquires the lease if it is free; returns whether it is ours. */
  lease(key: string, token: string, nowMs: number, ttlMs: number): boolean;
  /** Extends the lease to `ttlMs` from now; returns false if it is no longer ours. */
  renew(key: string, token: string, nowMs: number, ttlMs: number): boolean;
  release(key: string, token: string): void;
  /** Returns for how long the lease is held; 0 if it is free. */
  leaseLeft(key: string, nowMs: number): number;
  increment(key: string, nowMs: number, windowMs: number): number | undefined;
  /** Makes room: removes expired leases, counters and rankings, and the records that expire first. */
  evict(nowMs: number): void;
}

/** Prepares the statements. Throws if the tables do not match the schema: the file belongs to another program. */
export function prepareStatements(database: DatabaseSync): Statements {
  const get = database.prepare(GET);
  const set = database.prepare(SET);
  const keys = database.prepare(KEYS);
  const lease = database.prepare(LEASE);
  const renew = database.prepare(RENEW);
  const leaseLeft = database.prepare(LEASE_LEFT);
  const release = database.prepare(RELEASE);
  const increment = database.prepare(INCREMENT);
  const dropRankings = database.prepare(DROP_RANKINGS);
  const dropLeases = database.prepare(DROP_LEASES);
  const dropCounters = database.prepare(DROP_COUNTERS);
  const dropOldest = database.prepare(DROP_OLDEST);
  return {
    get: (key, nowMs) => valueOf(get, key, nowMs),
    set: (key, value, endMs) =>
      void set.run({ key, value, checksum: checksumOf(key, value), end: endMs }),
    keys: (prefix, nowMs) => keys.all({ prefix, now: nowMs }).map((row) => String(row['key'])),
    lease: (key, token, nowMs, ttlMs) =>
      Number(lease.run({ key, token, now: nowMs, ttl: ttlMs }).changes) === 1,
    renew: (key, token, nowMs, ttlMs) =>
      Number(renew.run({ key, token, now: nowMs, ttl: ttlMs }).changes) === 1,
    release: (key, token) => void release.run({ key, token }),
    leaseLeft: (key, nowMs) => Number(leaseLeft.get({ key, now: nowMs })?.['left'] ?? 0),
    increment(key, nowMs, windowMs) {
      const count = increment.get({ key, now: nowMs, window: windowMs })?.['count'];
      return typeof count === 'number' ? count : undefined;
    },
    ...prepareRankings(database),
    evict(nowMs) {
      dropRankings.run({ now: nowMs });
      dropLeases.run({ now: nowMs });
      dropCounters.run({ now: nowMs });
      dropOldest.run();
    },
  };
}

/** Returns the value; undefined if it is missing or does not match its checksum. */
function valueOf(get: StatementSync, key: string, nowMs: number): string | undefined {
  const row = get.get({ key, now: nowMs });
  const value = row?.['value'];
  return typeof value === 'string' && row?.['checksum'] === checksumOf(key, value)
    ? value
    : undefined;
}

function checksumOf(key: string, value: string): number {
  return crc32(value, crc32(key));
}
