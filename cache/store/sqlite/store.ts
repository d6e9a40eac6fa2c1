import { createSqliteCoordination, createSqliteRankings } from './coordination.ts';
import { FAILED, orNone } from '../attempt.ts';
import { createAttempt } from './attempt.ts';
import { createConnection, type SqliteStoreOptions } from './connection.ts';
import type { Store } from '../contract.ts';

/**
 * The shared store over one SQLite file, for an installation on one machine. Each operation is one statement, so it is
 * atomic between processes; it runs on this thread, in some microseconds.
 *
 * A full file makes room by dropping the records that end first. A file that turns out to be broken, or was removed, is
 * made anew. Where there can be no file, the store works for this process alone, and looks every few seconds whether there
 * can be one again; until then, and while nothing can be written, it is not `healthy`.
 */
export function createSqliteStore(options: SqliteStoreOptions): Store {
  const connection = createConnection(options);
  const attempt = createAttempt(connection, options);

  return {
    tier: 'sqlite',
    get healthy() {
      return connection.isSound();
    },
    get(key) {
      return Promise.resolve(orNone(attempt('get', (s, nowMs) => s.get(key, nowMs), isFound)));
    },
    set(key, value, ttlSeconds) {
      const answer = attempt('set', (s, nowMs) =>
        s.set(key, value, nowMs + Math.ceil(ttlSeconds * 1000)),
      );
      return Promise.resolve(answer !== FAILED);
    },
    keys(prefix) {
      return Promise.resolve(orNone(attempt('keys', (s, nowMs) => s.keys(prefix, nowMs))) ?? []);
    },
    ...createSqliteCoordination(attempt),
    ...createSqliteRankings(attempt),
    ready: () => Promise.resolve(),
    close() {
      connection.close();
      return Promise.resolve();
    },
  };
}

function isFound(value: string | undefined): boolean {
  return value !== undefined;
}
