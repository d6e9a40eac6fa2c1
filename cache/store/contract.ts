/** The most keys that one `keys` call returns. */
export const MAX_KEYS = 1_000_000;

/** A lease on a key, held by one process until it is released or expires. */
export interface Lease {
  /** Extends the lease to `ttlMs` from now; returns `unknown` if the store failed. Never rejects. */
  renew(ttlMs: number): Promise<'ours' | 'lost' | 'unknown'>;
  /** Releases the lease, unless another process holds it now. Never rejects. */
  release(): Promise<void>;
}

/** `held`: another process has the lease. `unknown`: the store failed. */
export type LeaseAnswer =
  { state: 'granted'; lease: Lease } | { state: 'held' } | { state: 'unknown' };

/** How a ranking changes, and its limits. */
export interface RankOptions {
  /** Adds to existing scores instead of replacing them. */
  readonly add: boolean;
  /** Members beyond this number are dropped, lowest scores first. */
  readonly maxMembers: number;
  /** The ranking expires this long after its last change. */
  readonly ttlSeconds: number;
}

/**
 * The store shared by the processes of one installation: Redis, or one SQLite file.
 *
 * No method rejects or takes longer than the store's time-out. Keys are complete (`pypins:1:pypi:requests`); values are
 * text.
 */
export interface Store {
  /** Name of the tier in headers and metrics. */
  readonly tier: 'redis' | 'sqlite';
  /** False while the store does not answer or refuses writes. */
  readonly healthy: boolean;
  /** Writes and deletes a value; returns undefined, or why the store fails, in its own words. */
  probe(): Promise<string | undefined>;
  /** Returns the value, or undefined if it is missing or expired or the store failed. */
  get(key: string): Promise<string | undefined>;
  /** Stores the value for `ttlSeconds`; returns false if the store failed. */
  set(key: string, value: string, ttlSeconds: number): Promise<boolean>;
  /**
   * Returns the keys of values with the prefix (letters, digits and `:-._` only): at most `MAX_KEYS`, and fewer if the
   * store fails. Walks the whole store.
   */
  keys(prefix: string): Promise<string[]>;
  /** Tries to acquire the lease of `key` for `ttlMs`. */
  acquireLease(key: string, ttlMs: number): Promise<LeaseAnswer>;
  /** Returns for how long the lease of `key` is held, 0 if it is free; undefined if the store failed. */
  leaseLeftMs(key: string): Promise<number | undefined>;
  /**
   * Increments the counter of `key`, which resets `windowMs` after its first increment, and returns it; undefined if
   * the store failed.
   */
  increment(key: string, windowMs: number): Promise<number | undefined>;
  /** Updates the scores of members of a ranking. The update is lost if the store fails. */
  rank(key: string, scores: ReadonlyMap<string, number>, options: RankOptions): Promise<void>;
  /** Returns up to `limit` members with a score of at least `least`, highest first; undefined if the store failed. */
  ranked(key: string, least: number, limit: number): Promise<string[] | undefined>;
  /** Returns those of the members that are in the ranking; undefined if the store failed. */
  rankedOf(key: string, members: readonly string[]): Promise<string[] | undefined>;
  /** Resolves when the store answers, or after `maxMs`. */
  ready(maxMs: number): Promise<void>;
  /** Closes the connection; later operations fail. Never rejects. */
  close(): Promise<void>;
}

/** Called once per operation. `failed`: a time-out, an error, or no connection. */
export type StoreObserver = (
  operation: 'get' | 'set' | 'keys' | 'lease' | 'increment' | 'rank',
  outcome: 'hit' | 'miss' | 'ok' | 'failed',
) => void;
