import { discardDatabase, isBroken, isFull, openDatabase } from './sqlite-file.ts';
import type { OpenedDatabase } from './sqlite-file.ts';
import type { Statements } from './sqlite-statements.ts';
import type { StoreObserver } from './store.ts';

/** Stands for the answer that did not come. */
export const FAILED = Symbol('failed');

export interface SqliteStoreOptions {
  /** The file, shared by the processes of one machine; its directory has to be there. */
  readonly path: string;
  /** Of the file and its log together. */
  readonly maxBytes: number;
  readonly observe?: StoreObserver;
  /** Called when the file cannot be used, with the error, and when it can be again. */
  readonly onStateChange?: (healthy: boolean, error?: unknown) => void;
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
  keeper: DatabaseKeeper,
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

export interface DatabaseKeeper {
  isShared(): boolean;
  /** Does the work, or throws what went wrong. */
  run<T>(nowMs: number, work: (statements: Statements, nowMs: number) => T): T;
  close(): void;
}

/** Keeps a database at hand: makes room in it when it is full, and replaces it when it is broken. */
export function keepDatabase({
  path,
  maxBytes,
  onStateChange,
}: SqliteStoreOptions): DatabaseKeeper {
  let current: OpenedDatabase | undefined = openDatabase(path, maxBytes);
  if (current.failure !== undefined) onStateChange?.(false, current.failure);

  const replace = (broken: OpenedDatabase, error: unknown): void => {
    onStateChange?.(false, error);
    discardDatabase(broken, path);
    current = openDatabase(path, maxBytes);
    if (current.failure === undefined) onStateChange?.(true);
  };

  return {
    isShared: () => current !== undefined && current.failure === undefined,
    run(nowMs, work) {
      if (current === undefined) throw new Error('the store is closed');
      const { statements } = current;
      try {
        return work(statements, nowMs);
      } catch (error) {
        if (isBroken(error)) replace(current, error);
        if (!isFull(error)) throw error;
        statements.evict(nowMs);
        return work(statements, nowMs);
      }
    },
    close() {
      current?.database.close();
      current = undefined;
    },
  };
}
