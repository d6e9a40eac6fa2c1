import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { Layout } from './sqlite-file.ts';
import { prepareRankings, type RankingStatements } from './sqlite-rankings.ts';
import { MAX_KEYS } from './store.ts';

/** SQLite's pages have no checksum; without one of ours, a bit that flips on the disk would be another version on a badge. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS records (key TEXT PRIMARY KEY, value TEXT NOT NULL, checksum INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS records_by_end ON records (expires_at);
  CREATE TABLE IF NOT EXISTS leases (key TEXT PRIMARY KEY, token TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS counters (key TEXT PRIMARY KEY, count INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS rankings (key TEXT NOT NULL, member TEXT NOT NULL, score REAL NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (key, member)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS rankings_by_score ON rankings (key, score);
`;

/** How many records make room at once when the file is full. */
const EVICTED_AT_ONCE = 64;

const GET = 'SELECT value, checksum FROM records WHERE key = :key AND expires_at > :now';
const SET = `
  INSERT INTO records (key, value, checksum, expires_at) VALUES (:key, :value, :checksum, :end)
  ON CONFLICT (key) DO UPDATE SET
    value = excluded.value, checksum = excluded.checksum, expires_at = excluded.expires_at`;
const KEYS = `
  SELECT key FROM records WHERE key >= :prefix AND key < :prefix || char(65535) AND expires_at > :now LIMIT ${MAX_KEYS}`;

// A lease or a counter that ends much later than one made now would, was written before the clock was set back. It counts
// as over, or it would last until the old time comes again. A little later is no wonder: another process may have read
// the clock after us and written before us.
const CLOCK_SLACK_MS = 60_000;
const LEASE = `
  INSERT INTO leases (key, token, expires_at) VALUES (:key, :token, :now + :ttl)
  ON CONFLICT (key) DO UPDATE SET token = excluded.token, expires_at = excluded.expires_at
  WHERE expires_at <= :now OR expires_at > :now + :ttl + ${CLOCK_SLACK_MS}`;
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

/** What the store does, as prepared statements. */
export interface Statements extends RankingStatements {
  get(key: string, nowMs: number): string | undefined;
  set(key: string, value: string, endMs: number): void;
  keys(prefix: string, nowMs: number): string[];
  /** Whether the lease is ours now. */
  lease(key: string, token: string, nowMs: number, ttlMs: number): boolean;
  /** Whether the lease is still ours, and lasts for `ttlMs` from now. */
  renew(key: string, token: string, nowMs: number, ttlMs: number): boolean;
  release(key: string, token: string): void;
  increment(key: string, nowMs: number, windowMs: number): number | undefined;
  /** Makes room: what is over of leases, counters and rankings, and the records that end first. */
  evict(nowMs: number): void;
}

/** The tables of the store. */
export const RECORDS: Layout<Statements> = {
  schema: SCHEMA,
  userVersion: 3,
  prepare: prepareStatements,
  makeRoom: (statements, nowMs) => statements.evict(nowMs),
};

function prepareStatements(database: DatabaseSync): Statements {
  const get = database.prepare(GET);
  const set = database.prepare(SET);
  const keys = database.prepare(KEYS);
  const lease = database.prepare(LEASE);
  const renew = database.prepare(RENEW);
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

/** The value as it was written; undefined where there is none, or it has changed since. */
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
