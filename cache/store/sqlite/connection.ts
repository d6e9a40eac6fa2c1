import { isBroken, isBusy, isFull } from './errors.ts';
import { discardDatabase, isMoved, isWritable, openDatabase, type OpenedDatabase } from './file.ts';
import type { Statements } from './statements.ts';
import type { StoreObserver } from '../contract.ts';

const RECHECK_MS = 5_000;

export interface SqliteStoreOptions {
  /** The file, shared by the processes of one machine; its directory has to be there. */
  readonly path: string;
  /** Of the file and its log together. */
  readonly maxBytes: number;
  readonly observe?: StoreObserver;
  /** Called when the file cannot be used, with the error, and when it can be again. */
  readonly onStateChange?: (healthy: boolean, error?: unknown) => void;
  /** How often it is looked whether the file is still there, or can be had again; every 5 s. */
  readonly recheckMs?: number;
  readonly clock?: () => number;
}

/** A database that is at hand, whatever becomes of its file. */
export interface Connection {
  /** Whether all processes have the file, and it can be written. */
  isSound(): boolean;
  /** Does the work, or throws what went wrong. */
  run<T>(nowMs: number, work: (statements: Statements, nowMs: number) => T): T;
  close(): void;
}

/**
 * Keeps a database at hand: makes it anew when its file is broken or was removed, and works in memory until there can be
 * a file. A file that cannot be written any more is kept, for what can be read.
 */
export function createConnection(options: SqliteStoreOptions): Connection {
  const { path, onStateChange, recheckMs = RECHECK_MS } = options;
  let current: OpenedDatabase | undefined = openDatabase(options);
  let isSound = true;
  let checkedAtMs = performance.now();

  const tell = (sound: boolean, error?: unknown): void => {
    if (sound !== isSound) onStateChange?.(sound, error);
    isSound = sound;
  };
  if (current.failure !== undefined) tell(false, current.failure);

  const replace = (broken: OpenedDatabase, error: unknown): void => {
    tell(false, error);
    discardDatabase(broken, path);
    current = openDatabase(options);
    if (current.failure === undefined) tell(true);
  };

  const tryFile = (inMemory: OpenedDatabase): void => {
    const opened = openDatabase(options, 0);
    const isFile = opened.failure === undefined;
    current = isFile ? opened : inMemory;
    (isFile ? inMemory : opened).database.close();
    tell(isFile);
  };

  const recheck = (opened: OpenedDatabase): void => {
    if (performance.now() - checkedAtMs < recheckMs) return;
    checkedAtMs = performance.now();
    if (opened.failure !== undefined) tryFile(opened);
    else if (isMoved(opened, path)) replace(opened, new Error('the file was removed'));
    else if (!isSound && isWritable(opened)) tell(true);
  };

  return {
    isSound: () => current !== undefined && isSound,
    run(nowMs, work) {
      if (current !== undefined) recheck(current);
      if (current === undefined) throw new Error('the store is closed');
      const opened = current;
      try {
        return withRoom(opened.statements, nowMs, work);
      } catch (error) {
        if (isBroken(error)) replace(opened, error);
        else if (!isBusy(error)) tell(false, error);
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
