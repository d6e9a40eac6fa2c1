import type { z } from 'zod';

/** A value from the upstream and when it was fetched. */
export interface Known<T> {
  /** Shared by all callers; never modify it. */
  readonly value: T;
  /** Identifies this answer for revalidation (HTTP's ETag). */
  readonly validator?: string | undefined;
  /** Increases with every change at the upstream. */
  readonly serial?: number | undefined;
  readonly fetchedAtMs: number;
}

/** An upstream's answer. */
export type Loaded<T> =
  | {
      readonly state: 'known';
      readonly value: T;
      readonly validator?: string | undefined;
      readonly serial?: number | undefined;
    }
  /** The kept value is still current (HTTP's 304). */
  | { readonly state: 'unchanged' }
  /** The id does not exist (HTTP's 404). */
  | { readonly state: 'absent' };

/** An upstream that facts are fetched from. */
export interface FactsSource<T> {
  /** Part of every key, e.g. `pypi`. */
  readonly name: string;
  /**
   * Schema of the value as JSON; also validates values from the store. A field added later needs a `default`, so that
   * older records are served until they are refreshed.
   */
  readonly schema: z.ZodType<T>;
  /**
   * Fetches the facts of an id; `previous` is the kept value. May return `unchanged` only if `previous` has a
   * validator. Rejects if the upstream fails.
   */
  load(id: string, previous: Known<T> | undefined, signal: AbortSignal): Promise<Loaded<T>>;
  /** Returns the time until which an answer fetched at `fetchedAtMs` is fresh. */
  freshUntilMs(fetchedAtMs: number): number;
}

/** The tier that an answer comes from. */
export type FactsTier = 'memory' | 'redis' | 'sqlite' | 'upstream';

/**
 * Result of `get`. `stale`: due for a refresh, or the last refresh failed. `unavailable`: no value, with the reason.
 */
export type Found<T> =
  | {
      readonly state: 'fresh' | 'stale';
      readonly value: T;
      readonly fetchedAtMs: number;
      /** Earliest time of the next refresh. */
      readonly dueAtMs: number;
      readonly tier: FactsTier;
    }
  | { readonly state: 'absent'; readonly fetchedAtMs: number; readonly tier: FactsTier }
  | { readonly state: 'unavailable'; readonly reason: unknown };

/** Values of an id before and after a refresh. */
export interface Refreshed<T> {
  readonly before: Known<T> | undefined;
  readonly after: Known<T> | undefined;
  /** The upstream answered that the id does not exist. */
  readonly isAbsent: boolean;
  /** The store has the outcome, for other processes. */
  readonly isShared: boolean;
}

/** A cache of the facts of one source. */
export interface Facts<T> {
  /**
   * Returns the facts of an id. Waits for a refresh for at most `patienceMs` if there is a kept value, else for
   * `firstPatienceMs`; a slower refresh finishes in the background, also if the caller leaves.
   *
   * `admit` is called before an origin fetch for an unknown id and may throw to refuse it. `get` rejects only with what
   * `admit` throws.
   */
  readonly get: (id: string, admit?: () => void) => Promise<Found<T>>;
  /**
   * Marks the record stale; the next `get` refreshes it and still serves the kept value if that fails. Other processes
   * know within the messages' `settleMs`: purge caches in front of them after that. Returns false if there is no
   * record.
   */
  readonly expire: (id: string) => Promise<boolean>;
  /** Expires every id with the prefix; returns their number. */
  readonly expireAll: (idPrefix: string) => Promise<number>;
  /**
   * Refreshes at once, due or not. `before` and `after` are equal if the refresh fails or another process is
   * refreshing. Other processes know as with `expire`.
   */
  readonly refresh: (id: string) => Promise<Refreshed<T>>;
  /** Returns the records in memory and the number of running refreshes. */
  readonly stats: () => { entries: number; bytes: number; flights: number };
  /** Aborts running refreshes and waits for their end. */
  readonly close: () => Promise<void>;
}

/** Events for metrics. */
export type FactsEvent =
  | {
      readonly kind: 'served';
      readonly state: 'fresh' | 'stale' | 'absent' | 'unavailable';
      readonly tier: FactsTier | 'none';
    }
  | {
      readonly kind: 'refreshed';
      readonly outcome: 'known' | 'unchanged' | 'absent' | 'failed' | 'not-believed';
      readonly durationMs: number;
      readonly error?: unknown;
    }
  /** Another process is already refreshing the id. */
  | { readonly kind: 'lease-lost' };
