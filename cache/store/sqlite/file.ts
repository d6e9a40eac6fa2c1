import { rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { isBroken, isBusy, isOfSchema, UnfitFileError } from './errors.ts';
import { prepareStatements, SCHEMA, type Statements, USER_VERSION } from './statements.ts';

const PAGE_BYTES = 4096;
const MIN_PAGES = 64;
const MAX_LOG_PAGES = 1000;
const MEMORY_MAX_BYTES = 32 * 1024 * 1024;
/** A statement blocks the event loop while it waits for another process's write, which takes far less time. */
const BUSY_TIMEOUT_MS = 50;
const OPEN_TIMEOUT_MS = 1_000;
const OPEN_RETRY_MS = 10;
const MAX_BROKEN = 3;
/** The database file and the files that SQLite keeps beside it. */
const SUFFIXES = ['', '-wal', '-shm'];

export interface DatabaseOptions {
  readonly path: string;
  /** Budget of the file and its log together. */
  readonly maxBytes: number;
}

/** An open database: the requested file, or one in memory with the `failure` that prevented the file. */
export interface OpenedDatabase {
  readonly database: DatabaseSync;
  readonly statements: Statements;
  readonly identities: Identities;
  readonly failure?: unknown;
}

/** Device and inode of each file. */
type Identities = readonly (string | undefined)[];

/**
 * Opens or creates the file. Replaces a broken or unfit file: it is only a cache. If there can be no file (the
 * directory is not writable), opens a database in memory of at most 32 MiB and returns the `failure`, too. Waits up to
 * `maxWaitMs` for a process that locks the whole file. Never throws.
 */
export function openDatabase(
  options: DatabaseOptions,
  maxWaitMs = OPEN_TIMEOUT_MS,
): OpenedDatabase {
  const deadlineMs = performance.now() + maxWaitMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return openOnce(options);
    } catch (failure) {
      // `openOnce` has removed a broken file, if it can be removed.
      const isWorthRetrying = isBroken(failure)
        ? attempt < MAX_BROKEN
        : isBusy(failure) && performance.now() < deadlineMs;
      if (!isWorthRetrying) {
        const maxBytes = Math.min(options.maxBytes, MEMORY_MAX_BYTES);
        return { ...openOnce({ ...options, path: ':memory:', maxBytes }), failure };
      }
      // Processes that start together create the file one after the other.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, OPEN_RETRY_MS);
    }
  }
}

/**
 * Whether one of the files was removed or replaced. Nobody else then sees what this process writes, and without a
 * common `-shm` file two writers would collide.
 */
export function isMoved({ identities }: Pick<OpenedDatabase, 'identities'>, path: string): boolean {
  return identitiesOf(path).some((identity, i) => identity !== identities[i]);
}

/** Whether the database is writable; false if the disk is full or read-only. */
export function isWritable({ database }: OpenedDatabase): boolean {
  try {
    database.exec(`PRAGMA user_version = ${USER_VERSION}`);
    return true;
  } catch {
    return false;
  }
}

/**
 * Closes a broken database and removes its file, unless another process has already replaced it. Never throws: a file
 * that cannot be removed will be found broken again.
 */
export function discardDatabase(
  { database, identities }: Pick<OpenedDatabase, 'database' | 'identities'>,
  path: string,
): void {
  try {
    // While the file is open, no new file gets its inode.
    const [identity] = identities;
    if (identity !== undefined && identity === identityOf(path)) {
      for (const suffix of SUFFIXES) rmSync(path + suffix, { force: true });
    }
  } catch {
    // See above.
  } finally {
    database.close();
  }
}

/** Opens the database. Throws if that fails, after removing a broken file. */
function openOnce({ path, maxBytes }: DatabaseOptions): OpenedDatabase {
  const identities = identitiesOf(path);
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    shareBudget(database, maxBytes);
    const statements = makeTables(database);
    return { database, statements, identities: identitiesOf(path) };
  } catch (error) {
    if (isBroken(error)) discardDatabase({ database, identities }, path);
    else database.close();
    throw error;
  }
}

/**
 * Sets the journal mode and splits the budget between file and log. WAL lets readers and one writer of several
 * processes work side by side. With `synchronous = NORMAL` only checkpoints wait for the disk: after a power cut the
 * file is intact, and lost writes can be fetched again.
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

/** Creates missing tables. Always writes, to find out whether the file is writable. */
function makeTables(database: DatabaseSync): Statements {
  // An error leaves the transaction open; it ends with the connection.
  database.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${USER_VERSION}`);
  try {
    database.exec(SCHEMA);
    const statements = prepareStatements(database);
    database.exec('COMMIT');
    return statements;
  } catch (error) {
    throw isOfSchema(error) ? new UnfitFileError('the file of another program') : error;
  }
}

function numberOf(database: DatabaseSync, pragma: string): number {
  return Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
}

function identitiesOf(path: string): Identities {
  return SUFFIXES.map((suffix) => identityOf(path + suffix));
}

function identityOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && `${stats.dev}:${stats.ino}`;
}
