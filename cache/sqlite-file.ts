import { rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { isBroken, isBusy, isOfSchema, UnfitFileError } from './sqlite-errors.ts';

const PAGE_BYTES = 4096;
const MIN_PAGES = 64;
const MAX_LOG_PAGES = 1000;
const MEMORY_MAX_BYTES = 32 * 1024 * 1024;
/** A statement blocks the event loop while it waits for another process's write, which takes far less than this. */
const BUSY_TIMEOUT_MS = 50;
const OPEN_TIMEOUT_MS = 1_000;
const OPEN_RETRY_MS = 10;
const MAX_BROKEN = 3;
/** The file, and what SQLite keeps beside it. */
const SUFFIXES = ['', '-wal', '-shm'];

/** What a database holds, and what is done with it. */
export interface Layout<S> {
  /**
   * Makes what is not there yet, at each opening. Old and new code share the file, so tables and columns are only ever
   * added, and a new column needs a default.
   */
  readonly schema: string;
  /** What the first versions of the code look for: they remove a file with another number. It never changes. */
  readonly userVersion: number;
  /** Throws where the tables are not those of the schema: a file of another program, which is made anew. */
  readonly prepare: (database: DatabaseSync) => S;
  /** Drops what can be spared, when the file is full. */
  readonly makeRoom: (statements: S, nowMs: number) => void;
}

export interface DatabaseOptions<S> {
  readonly path: string;
  /** Of the file and its log together. */
  readonly maxBytes: number;
  readonly layout: Layout<S>;
}

/** An open database: the file that was asked for, or, with the reason, one in memory. */
export interface OpenedDatabase<S> {
  readonly database: DatabaseSync;
  readonly statements: S;
  readonly identities: Identities;
  readonly failure?: unknown;
}

/** Of each file: its device and inode. */
type Identities = readonly (string | undefined)[];

/**
 * Opens the file, or makes it. A broken or unfit file is removed and made anew: it is a cache. Where there can be no
 * file (a directory that cannot be written), the database is in memory, of at most 32 MiB, and the answer carries the
 * `failure`. Waits `maxWaitMs` at most for a process that holds the whole file. Never throws.
 */
export function openDatabase<S>(
  options: DatabaseOptions<S>,
  maxWaitMs = OPEN_TIMEOUT_MS,
): OpenedDatabase<S> {
  const deadlineMs = performance.now() + maxWaitMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return openOnce(options);
    } catch (failure) {
      // A broken file is gone by now, unless it cannot be removed.
      const isWorthRetrying = isBroken(failure)
        ? attempt < MAX_BROKEN
        : isBusy(failure) && performance.now() < deadlineMs;
      if (!isWorthRetrying) {
        const maxBytes = Math.min(options.maxBytes, MEMORY_MAX_BYTES);
        return { ...openOnce({ ...options, path: ':memory:', maxBytes }), failure };
      }
      // Processes that start together make the file one after the other.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, OPEN_RETRY_MS);
    }
  }
}

/**
 * Whether somebody has removed or replaced one of the files: what is written to ours is then seen by nobody else, and
 * without a common `-shm` nothing keeps two writers apart.
 */
export function isMoved(
  { identities }: Pick<OpenedDatabase<unknown>, 'identities'>,
  path: string,
): boolean {
  return identitiesOf(path).some((identity, i) => identity !== identities[i]);
}

/** Whether something can be written: not on a disk that is full, or read-only. */
export function isWritable<S>(
  { database }: OpenedDatabase<S>,
  { userVersion }: Layout<S>,
): boolean {
  try {
    database.exec(`PRAGMA user_version = ${userVersion}`);
    return true;
  } catch {
    return false;
  }
}

/**
 * Closes a broken database and removes its file, unless another process has put a new one in its place. Never throws:
 * a file that cannot be removed is found broken again.
 */
export function discardDatabase(
  { database, identities }: Pick<OpenedDatabase<unknown>, 'database' | 'identities'>,
  path: string,
): void {
  try {
    // While this handle is open, no new file gets its inode.
    const [identity] = identities;
    if (identity !== undefined && identity === identityOf(path)) {
      for (const suffix of SUFFIXES) rmSync(path + suffix, { force: true });
    }
  } catch {
    // As said above.
  } finally {
    database.close();
  }
}

/** Opens the database or throws; a broken one has been removed by then. */
function openOnce<S>({ path, maxBytes, layout }: DatabaseOptions<S>): OpenedDatabase<S> {
  const identities = identitiesOf(path);
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    shareBudget(database, maxBytes);
    const statements = makeTables(database, layout);
    return { database, statements, identities: identitiesOf(path) };
  } catch (error) {
    if (isBroken(error)) discardDatabase({ database, identities }, path);
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

/** Makes the tables that are not there. Writes in any case, to find out whether that is possible. */
function makeTables<S>(database: DatabaseSync, { schema, userVersion, prepare }: Layout<S>): S {
  // An error leaves the transaction open; it ends with the connection.
  database.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${userVersion}`);
  try {
    database.exec(schema);
    const statements = prepare(database);
    database.exec('COMMIT');
    return statements;
  } catch (error) {
    throw isOfSchema(error) ? new UnfitFileError('of another program') : error;
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
