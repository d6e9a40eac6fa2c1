import { randomUUID } from 'node:crypto';
import { discardDatabase, isBroken, isFull, openDatabase } from './sqlite-file.ts';
import type { OpenedDatabase } from './sqlite-file.ts';
import type { Statements } from './sqlite-statements.ts';
import type { Lease, LeaseAnswer, Store, StoreObserver } from './store.ts';

const FAILED = Symbol('failed');

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

/**
 * The shared store over one SQLite file, for an installation on one machine. Each operation is one statement, so it is
 * atomic between processes; it runs on this thread, in some microseconds.
 *
 * A full file makes room by dropping the records that end first. A file that turns out to be broken is removed and
 * made anew. Where there can be no file, the store works for this process alone until the next start, and is not
 * `healthy`.
 */
export function createSqliteStore(options: SqliteStoreOptions): Store {
  const { observe, clock = Date.now } = options;
  const keeper = keepDatabase(options);

  const ask = <T>(
    operation: Parameters<StoreObserver>[0],
    work: (statements: Statements, nowMs: number) => T,
    isHit?: (answer: T) => boolean,
  ): T | typeof FAILED => {
    try {
      const answer = keeper.run(clock(), work);
      observe?.(operation, isHit === undefined ? 'ok' : isHit(answer) ? 'hit' : 'miss');
      return answer;
    } catch {
      observe?.(operation, 'failed');
      return FAILED;
    }
  };

  const acquireLease = (key: string, ttlMs: number): LeaseAnswer => {
    const token = randomUUID();
    const granted = ask('lease', (s, nowMs) => s.lease(key, token, nowMs, ttlMs), Boolean);
    if (granted === FAILED) return { state: 'unknown' };
    if (!granted) return { state: 'held' };
    return { state: 'granted', lease: createLease(key, token) };
  };

  const createLease = (key: string, token: string): Lease => ({
    renew(ttlMs) {
      const isOurs = ask('lease', (s, nowMs) => s.renew(key, token, nowMs, ttlMs));
      return Promise.resolve(isOurs === FAILED ? 'unknown' : isOurs ? 'ours' : 'lost');
    },
    release() {
      ask('lease', (s) => s.release(key, token));
      return Promise.resolve();
    },
  });

  return {
    tier: 'sqlite',
    get healthy() {
      return keeper.isShared();
    },
    get(key) {
      return Promise.resolve(orNone(ask('get', (s, nowMs) => s.get(key, nowMs), isFound)));
    },
    set(key, value, ttlSeconds) {
      ask('set', (s, nowMs) => s.set(key, value, nowMs + Math.ceil(ttlSeconds * 1000)));
      return Promise.resolve();
    },
    delete(key) {
      ask('delete', (s) => s.delete(key));
      return Promise.resolve();
    },
    keys(prefix) {
      return Promise.resolve(orNone(ask('keys', (s, nowMs) => s.keys(prefix, nowMs))) ?? []);
    },
    acquireLease: (key, ttlMs) => Promise.resolve(acquireLease(key, ttlMs)),
    increment(key, windowMs) {
      const count = ask('increment', (s, nowMs) => s.increment(key, nowMs, windowMs));
      return Promise.resolve(count === FAILED ? undefined : count);
    },
    rank(key, scores, { add, maxMembers, ttlSeconds }) {
      const change = { scores, add, maxMembers, ttlMs: ttlSeconds * 1000 };
      ask('rank', (s, nowMs) => s.rank(key, change, nowMs));
      return Promise.resolve();
    },
    ranked(key, least, limit) {
      const members = ask('rank', (s, nowMs) => s.ranked(key, least, limit, nowMs));
      return Promise.resolve(orNone(members) ?? []);
    },
    rankedOf(key, members) {
      return Promise.resolve(orNone(ask('rank', (s, nowMs) => s.rankedOf(key, members, nowMs))));
    },
    ready: () => Promise.resolve(),
    close() {
      keeper.close();
      return Promise.resolve();
    },
  };
}

function orNone<T>(answer: T | typeof FAILED): T | undefined {
  return answer === FAILED ? undefined : answer;
}

function isFound(value: string | undefined): boolean {
  return value !== undefined;
}

interface DatabaseKeeper {
  isShared(): boolean;
  /** Does the work, or throws what went wrong. */
  run<T>(nowMs: number, work: (statements: Statements, nowMs: number) => T): T;
  close(): void;
}

/** Keeps a database at hand: makes room in it when it is full, and replaces it when it is broken. */
function keepDatabase({ path, maxBytes, onStateChange }: SqliteStoreOptions): DatabaseKeeper {
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
