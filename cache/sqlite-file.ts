import { rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { prepareStatements, SCHEMA, SCHEMA_VERSION } from './sqlite-statements.ts';
import type { Statements } from './sqlite-statements.ts';

const PAGE_BYTES = 4096;
const MIN_PAGES = 64;
const MAX_LOG_PAGES = 1000;
const MEMORY_MAX_BYTES = 32 * 1024 * 1024;
/** A statement blocks the event loop while it waits for another process's write, which takes far less than this. */
const BUSY_TIMEOUT_MS = 50;
const OPEN_TIMEOUT_MS = 1_000;
const OPEN_RETRY_MS = 10;
const MAX_BROKEN = 3;

/** Primary result codes (https://sqlite.org/rescode.html). */
const BUSY = 5;
const CORRUPT = 11;
const FULL = 13;
const NOT_A_DATABASE = 26;

/** An open database: the file that was asked for, or, with the reason, one in memory. */
export interface OpenedDatabase {
  readonly database: DatabaseSync;
  readonly statements: Statements;
  readonly inode: number | undefined;
  readonly failure?: unknown;
}

/** The file is sound, but not ours, or too large. */
class UnfitFileError extends Error {}

/**
 * Opens the file, or makes it. A broken or unfit file is removed and made anew: it is a cache. Where there can be no
 * file (a directory that cannot be written), the database is in memory, of at most 32 MiB, and the answer carries the
 * `failure`. Never throws.
 */
export function openDatabase(path: string, maxBytes: number): OpenedDatabase {
  const deadlineMs = Date.now() + OPEN_TIMEOUT_MS;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return openOnce(path, maxBytes);
    } catch (failure) {
      // A broken file is gone by now, unless it cannot be removed.
      const isWorthRetrying = isBroken(failure)
        ? attempt < MAX_BROKEN
        : isBusy(failure) && Date.now() < deadlineMs;
      if (!isWorthRetrying) {
        return { ...openOnce(':memory:', Math.min(maxBytes, MEMORY_MAX_BYTES)), failure };
      }
      // Processes that start together make the file one after the other.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, OPEN_RETRY_MS);
    }
  }
}

/**
 * Closes a broken database and removes its file, unless another process has put a new one in its place. Never throws:
 * a file that cannot be removed is found broken again.
 */
export function discardDatabase(
  { database, inode }: Pick<OpenedDatabase, 'database' | 'inode'>,
  path: string,
): void {
  try {
    // While this handle is open, no new file gets its inode.
    if (inode !== undefined && inode === inodeOf(path)) {
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    }
  } catch {
    // As said above.
  } finally {
    database.close();
  }
}

/** Whether an error says that the file is broken (or unfit), not only that an operation failed. */
export function isBroken(error: unknown): boolean {
  const code = resultCode(error);
  return code === CORRUPT || code === NOT_A_DATABASE || error instanceof UnfitFileError;
}

/** Whether an error says that the budget, or the disk, is used up. */
export function isFull(error: unknown): boolean {
  return resultCode(error) === FULL;
}

function isBusy(error: unknown): boolean {
  return resultCode(error) === BUSY;
}

function resultCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined;
}

/** Opens the database or throws; a broken one has been removed by then. */
function openOnce(path: string, maxBytes: number): OpenedDatabase {
  const inode = inodeOf(path);
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    shareBudget(database, maxBytes);
    makeTables(database);
    return { database, statements: prepareStatements(database), inode: inodeOf(path) };
  } catch (error) {
    if (isBroken(error)) discardDatabase({ database, inode }, path);
    else database.close();
    throw error;
  }
}

/**
 * WAL lets readers and one writer of several processes work side by side. With `synchronous = NORMAL` only carrying
 * the log over into the file waits for the disk; the file stays sound through a power cut, which may cost the last
 * writes, and those can be fetched again. File and log share the budget.
 */
function shareBudget(database: DatabaseSync, maxBytes: number): void {
  const pages = Math.max(MIN_PAGES, Math.floor(maxBytes / PAGE_BYTES));
  const logPages = Math.min(MAX_LOG_PAGES, Math.floor(pages / 8));
  const filePages = pages - 2 * logPages;
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = ${logPages};
    PRAGMA journal_size_limit = ${logPages * PAGE_BYTES};
    PRAGMA max_page_count = ${filePages};
  `);
  if (numberOf(database, 'page_count') > filePages)
    throw new UnfitFileError('larger than its budget');
}

/** Makes the tables in a new file. Writes in any case, to find out whether that is possible. */
function makeTables(database: DatabaseSync): void {
  // An error leaves the transaction open; it ends with the connection.
  database.exec('BEGIN IMMEDIATE');
  if (numberOf(database, 'schema_version') === 0) database.exec(SCHEMA);
  else if (numberOf(database, 'user_version') !== SCHEMA_VERSION) {
    throw new UnfitFileError('of another format');
  }
  database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
}

function numberOf(database: DatabaseSync, pragma: string): number {
  return Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
