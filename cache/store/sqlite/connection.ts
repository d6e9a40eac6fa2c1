import { isBroken, isBusy, isFull } from './errors.ts';
import {
  type DatabaseOptions,
  discardDatabase,
  isMoved,
  isWritable,
  openDatabase,
  type OpenedDatabase,
} from './file.ts';
import type { Statements } from './statements.ts';
import type { StoreObserver } from '../contract.ts';

/** Stands for the answer that did not come. */
export const FAILED = Symbol('failed');

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

/** Does some work on the database, and gives its answer or `FAILED`; never throws. */
export type SqliteAsker = <T>(
  operation: Parameters<StoreObserver>[0],
  work: (statements: Statements, nowMs: number) => T,
  isHit?: (answer: T) => boolean,
) => T | typeof FAILED;

/** Asks the database that the keeper has at hand, and counts what becomes of it. */
export function createSqliteAsker(
  keeper: DatabaseKeeper<Statements>,
  { observe, clock = Date.now }: SqliteStoreOptions,
): SqliteAsker {
  return (operation, work, isHit) => {
    try {
      const answer = keeper.run(clock(), work);
      observe?.(operation, isHit === undefined ? 'ok' : isHit(answer) ? 'hit' : 'miss');
      return answer;
    } catch {
      observe?.(operation, 'failed');
      return FAILED;
    }
  };
}

/** The answer, or undefined where there is none. */
export function orNone<T>(answer: T | typeof FAILED): T | undefined {
  return answer === FAILED ? undefined : answer;
}

/** A database that is at hand, whatever becomes of its file. */
export interface DatabaseKeeper<S> {
  /** Whether all processes have the file, and it can be written. */
  isSound(): boolean;
  /** Does the work, or throws what went wrong. */
  run<T>(nowMs: number, work: (statements: S, nowMs: number) => T): T;
  close(): void;
}

export type KeeperOptions<S> = DatabaseOptions<S> &
  Pick<SqliteStoreOptions, 'onStateChange' | 'recheckMs'>;

/**
 * Keeps a database at hand: makes it anew when its file is broken or was removed, and works in memory until there can be
 * a file. A file that cannot be written any more is kept, for what can be read.
 */
export function keepDatabase<S>(options: KeeperOptions<S>): DatabaseKeeper<S> {
  const { path, layout, onStateChange, recheckMs = RECHECK_MS } = options;
  let current: OpenedDatabase<S> | undefined = openDatabase(options);
  let isSound = true;
  let checkedAtMs = performance.now();

  const tell = (sound: boolean, error?: unknown): void => {
    if (sound !== isSound) onStateChange?.(sound, error);
    isSound = sound;
  };
  if (current.failure !== undefined) tell(false, current.failure);

  const replace = (broken: OpenedDatabase<S>, error: unknown): void => {
    tell(false, error);
    discardDatabase(broken, path);
    current = openDatabase(options);
    if (current.failure === undefined) tell(true);
  };

  const tryFile = (inMemory: OpenedDatabase<S>): void => {
    const opened = openDatabase(options, 0);
    const isFile = opened.failure === undefined;
    current = isFile ? opened : inMemory;
    (isFile ? inMemory : opened).database.close();
    tell(isFile);
  };

  const recheck = (held: OpenedDatabase<S>): void => {
    if (performance.now() - checkedAtMs < recheckMs) return;
    checkedAtMs = performance.now();
    if (held.failure !== undefined) tryFile(held);
    else if (isMoved(held, path)) replace(held, new Error('the file was removed'));
    else if (!isSound && isWritable(held, layout)) tell(true);
  };

  return {
    isSound: () => current !== undefined && isSound,
    run(nowMs, work) {
      if (current !== undefined) recheck(current);
      if (current === undefined) throw new Error('the store is closed');
      const opened = current;
      try {
        return withRoom(opened.statements, nowMs, work, layout.makeRoom);
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

function withRoom<S, T>(
  statements: S,
  nowMs: number,
  work: (statements: S, nowMs: number) => T,
  makeRoom: (statements: S, nowMs: number) => void,
): T {
  try {
    return work(statements, nowMs);
  } catch (error) {
    if (!isFull(error)) throw error;
    makeRoom(statements, nowMs);
    return work(statements, nowMs);
  }
}
