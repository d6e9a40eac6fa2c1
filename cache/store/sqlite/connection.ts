import { isBroken, isBusy, isFull } from './errors.ts';
import { discardDatabase, isMoved, isWritable, openDatabase, type OpenedDatabase } from './file.ts';
import type { Statements } from './statements.ts';
import type { StoreObserver } from '../contract.ts';

const RECHECK_MS = 5_000;

export interface SqliteStoreOptions {
  /** The file, shared by the processes of one machine; its directory must exist. */
  readonly path: string;
  /** Budget of the file and its log together. */
  readonly maxBytes: number;
  readonly observe?: StoreObserver;
  /** Called with the error when the file becomes unusable, and when it is usable again. */
  readonly onStateChange?: (healthy: boolean, error?: unknown) => void;
  /** How often the store checks whether the file still exists or can be opened again; 5 s by default. */
  readonly recheckMs?: number;
  readonly clock?: () => number;
}

/** A database that is always usable, even without its file. */
export interface Connection {
  /** Whether the database is the shared file and is writable. */
  isSound(): boolean;
  /** Why the database is not the shared file, or not writable. */
  failure(): unknown;
  /** Runs the work; throws if it fails or the store is closed. */
  run<T>(nowMs: number, work: (statements: Statements, nowMs: number) => T): T;
  close(): void;
}

/**
 * Opens the database. It replaces a file that is broken or was removed, and works in memory while no file can be
 * created. A file that is no longer writable stays open for reading.
 */
export function createConnection(options: SqliteStoreOptions): Connection {
  const { path, onStateChange, recheckMs = RECHECK_MS } = options;
  let current: OpenedDatabase | undefined = openDatabase(options);
  let isSound = true;
  let failure: unknown;
  let checkedAtMs = performance.now();

  const report = (sound: boolean, error?: unknown): void => {
    if (sound !== isSound) onStateChange?.(sound, error);
    isSound = sound;
    failure = sound ? undefined : (error ?? failure);
  };
  if (current.failure !== undefined) report(false, current.failure);

  const replace = (broken: OpenedDatabase, error: unknown): void => {
    report(false, error);
    discardDatabase(broken, path);
    current = openDatabase(options);
    if (current.failure === undefined) report(true);
  };

  const tryFile = (inMemory: OpenedDatabase): void => {
    const opened = openDatabase(options, 0);
    const isFile = opened.failure === undefined;
    current = isFile ? opened : inMemory;
    (isFile ? inMemory : opened).database.close();
    report(isFile);
  };

  const recheck = (opened: OpenedDatabase): void => {
    if (performance.now() - checkedAtMs < recheckMs) return;
    checkedAtMs = performance.now();
    if (opened.failure !== undefined) tryFile(opened);
    else if (isMoved(opened, path)) replace(opened, new Error('the file was removed'));
    else if (!isSound && isWritable(opened)) report(true);
  };

  return {
    isSound() {
      // A process without readers uses no statement that would tell.
      if (current !== undefined) recheck(current);
      return current !== undefined && isSound;
    },
    failure: () => failure,
    run(nowMs, work) {
      if (current !== undefined) recheck(current);
      if (current === undefined) throw new Error('the store is closed');
      const opened = current;
      try {
        return withRoom(opened.statements, nowMs, work);
      } catch (error) {
        if (isBroken(error)) replace(opened, error);
        else if (!isBusy(error)) report(false, error);
        throw error;
      }
    },
    close() {
      current?.database.close();
      current = undefined;
    },
  };
}

function withRoom<T>(
  statements: Statements,
  nowMs: number,
  work: (statements: Statements, nowMs: number) => T,
): T {
  try {
    return work(statements, nowMs);
  } catch (error) {
    if (!isFull(error)) throw error;
    statements.evict(nowMs);
    return work(statements, nowMs);
  }
}
