import type { z } from 'zod';

/** What an upstream said of an id, and when. */
export interface Known<T> {
  /** Shared by all who ask: never changed. */
  readonly value: T;
  /** The upstream's mark of this very answer (HTTP's ETag), to ask whether it still holds. */
  readonly validator?: string | undefined;
  /** Grows with every change at the upstream. */
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
  /** What was known still holds (HTTP's 304). */
  | { readonly state: 'unchanged' }
  /** There is no such thing (HTTP's 404). */
  | { readonly state: 'absent' };

/** Where facts come from. */
export interface FactsSource<T> {
  /** Part of every key, e.g. `pypi`. */
  readonly name: string;
  /**
   * The value as JSON, which guards what comes back from the store. A field that it gains later needs a `default`, so that
   * records without it are served until they are refreshed.
   */
  readonly schema: z.ZodType<T>;
  /**
   * Asks the upstream about an id, given what it said last. Rejects when it does not answer: a failed refresh. `unchanged`
   * is an answer only where a validator was given.
   */
  load(id: string, previous: Known<T> | undefined, signal: AbortSignal): Promise<Loaded<T>>;
  /** Until when an answer fetched at `fetchedAtMs` is fresh. */
  freshUntilMs(fetchedAtMs: number): number;
}

/** Where an answer was found. */
export type FactsTier = 'memory' | 'redis' | 'sqlite' | 'upstream';

/** What is known of an id. `stale`: the upstream has not confirmed it lately. `unavailable`: nothing, and why. */
export type Found<T> =
  | {
      readonly state: 'fresh' | 'stale';
      readonly value: T;
      readonly fetchedAtMs: number;
      /** When the upstream is asked again at the earliest. */
      readonly dueAtMs: number;
      readonly tier: FactsTier;
    }
  | { readonly state: 'absent'; readonly fetchedAtMs: number; readonly tier: FactsTier }
  | { readonly state: 'unavailable'; readonly reason: unknown };

/** What was known of an id before it was asked for anew, and after. */
export interface Refreshed<T> {
  readonly before: Known<T> | undefined;
  readonly after: Known<T> | undefined;
  /** The upstream says that there is no such thing. */
  readonly isAbsent: boolean;
}

/** What happens inside, for whoever counts. */
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
  /** Another process is refreshing what this one wanted to. */
  | { readonly kind: 'lease-lost' };
