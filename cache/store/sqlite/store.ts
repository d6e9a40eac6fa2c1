import { createSqliteCoordination, createSqliteRankings } from './coordination.ts';
import { FAILED, orNone } from '../attempt.ts';
import { createAttempt } from './attempt.ts';
import { createConnection, type SqliteStoreOptions } from './connection.ts';
import type { Store } from '../contract.ts';

const PROBE_KEY = 'pypins:probe';

/**
 * Creates the shared store over one SQLite file, for an installation on one machine. Each operation is one statement
 * and so atomic between processes; it runs on the main thread and takes microseconds.
 *
 * When the file is full, the records that expire first are dropped. A file that is broken or was removed is created
 * again. If that is impossible, the store works in memory for this process alone and tries again every few seconds;
 * until then, and while the file is not writable, it is not `healthy`.
 */
export function createSqliteStore(options: SqliteStoreOptions): Store {
  const connection = createConnection(options);
  const attempt = createAttempt(connection, options);

  return {
    tier: 'sqlite',
    get healthy() {
      return connection.isSound();
    },
    async probe() {
      try {
        // It has expired when it is written.
        connection.run(0, (statements, nowMs) => statements.set(PROBE_KEY, 'written', nowMs));
        if (connection.isSound()) return undefined;
      } catch (error) {
        return reasonOf(error);
      }
      return reasonOf(connection.failure());
    },
    get: async (key) => orNone(attempt('get', (s, nowMs) => s.get(key, nowMs), isFound)),
    async set(key, value, ttlSeconds) {
      const ttlMs = Math.ceil(ttlSeconds * 1000);
      return attempt('set', (s, nowMs) => s.set(key, value, nowMs + ttlMs)) !== FAILED;
    },
    keys: async (prefix) => orNone(attempt('keys', (s, nowMs) => s.keys(prefix, nowMs))) ?? [],
    ...createSqliteCoordination(attempt),
    ...createSqliteRankings(attempt),
    ready: async () => {},
    close: async () => connection.close(),
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isFound(value: string | undefined): boolean {
  return value !== undefined;
}
