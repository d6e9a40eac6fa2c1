/** More keys than one look at the store gives. */
export const MAX_KEYS = 1_000_000;

/** A lease on a key, held by one process until it is released or its time is over. */
export interface Lease {
  /** Lets it last for `ttlMs` from now; tells whether it is still ours, or that the store could not tell. Never throws. */
  renew(ttlMs: number): Promise<'ours' | 'lost' | 'unknown'>;
  /** Gives the lease back at once; a lease that somebody else holds by now is left alone. Never throws. */
  release(): Promise<void>;
}

/** What became of asking for a lease: ours, held by another process, or the store could not tell. */
export type LeaseAnswer =
  { state: 'granted'; lease: Lease } | { state: 'held' } | { state: 'unknown' };

/** How a ranking changes, and what bounds it. */
export interface RankOptions {
  readonly add: boolean;
  /** Beyond so many, those with the lowest scores are forgotten. */
  readonly maxMembers: number;
  /** The whole ranking is forgotten so long after its last change. */
  readonly ttlSeconds: number;
}

/**
 * The store that the processes of one installation share: Redis, or the embedded SQLite file.
 *
 * No method throws, and none takes longer than the store's time-out: a store that fails is a store that knows
 * nothing. Keys are the caller's whole (`pypins:1:pypi:requests`); values are text.
 */
export interface Store {
  /** Names the tier in headers and metrics. */
  readonly tier: 'redis' | 'sqlite';
  /** False while the store is not answering. */
  readonly healthy: boolean;
  /** The value, or undefined where there is none, it is too old, or the store failed. */
  get(key: string): Promise<string | undefined>;
  /** Keeps the value for `ttlSeconds`; false (and counted) when the store failed. */
  set(key: string, value: string, ttlSeconds: number): Promise<boolean>;
  /** Keys of values that begin so (letters, digits and `:-._` only), at most `MAX_KEYS`; fewer when the store fails. Walks the whole store. */
  keys(prefix: string): Promise<string[]>;
  /** Asks for the lease of `key` for at most `ttlMs`. */
  acquireLease(key: string, ttlMs: number): Promise<LeaseAnswer>;
  /** Adds one to the counter of `key`, which starts anew `windowMs` after its first count; undefined when the store failed. */
  increment(key: string, windowMs: number): Promise<number | undefined>;
  /** Gives members of a ranking new scores, or adds to those that they have. Lost silently (and counted) when the store fails. */
  rank(key: string, scores: ReadonlyMap<string, number>, options: RankOptions): Promise<void>;
  /** The members with a score of at least `least`, the highest first, at most `limit`; undefined when the store failed. */
  ranked(key: string, least: number, limit: number): Promise<string[] | undefined>;
  /** Those of the members that are in the ranking; undefined when the store failed. */
  rankedOf(key: string, members: readonly string[]): Promise<string[] | undefined>;
  /** Settles when the store answers, at the latest after `maxMs`: for a start that would rather not begin without it. */
  ready(maxMs: number): Promise<void>;
  /** Ends the connection; later calls know nothing. Never throws. */
  close(): Promise<void>;
}

/** What a store tells whoever counts: one call per operation. `failed` is a time-out, an error, or a store known to be down. */
export type StoreObserver = (
  operation: 'get' | 'set' | 'keys' | 'lease' | 'increment' | 'rank',
  outcome: 'hit' | 'miss' | 'ok' | 'failed',
) => void;
