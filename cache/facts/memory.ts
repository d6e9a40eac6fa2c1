import type { FactsTier, Found } from './contract.ts';
import { isDue, losingMerges } from './record.ts';
import type { FactsRecord } from './record.ts';
import { createMemoryCache } from '../memory.ts';

/** A record, its tier, and the reason if there is no value. */
export interface Seen<T> {
  readonly record: FactsRecord<T>;
  readonly tier: FactsTier;
  readonly reason?: unknown;
  /** The value is in this process's memory but not in the store. */
  readonly isLost?: boolean;
}

export interface Remembered<T> {
  readonly record: FactsRecord<T>;
  /** Length of the encoded record. */
  readonly length: number;
  /** Answer to a hit, valid from `fromMs` until `untilMs`. */
  readonly answer: Found<T>;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The records in the memory of this process. */
export interface FactsMemory<T> {
  /** Returns an answer that needs no look at the store. */
  readonly recall: (id: string, nowMs: number) => Found<T> | undefined;
  /** Returns the record, however old. */
  readonly get: (id: string) => Remembered<T> | undefined;
  /** Lets `recall` return the record until it is due, for at most `memoryMs`. */
  readonly remember: (id: string, record: FactsRecord<T>, length: number) => void;
  /** Lets `recall` return a stale record for `memoryMs`, while a refresh runs. */
  readonly bridge: (id: string, record: FactsRecord<T>) => void;
  /**
   * Makes `recall` skip the record, and any record in the store win over it: another process has written a newer one.
   */
  readonly invalidate: (id: string) => void;
  readonly clear: () => void;
  readonly stats: () => { entries: number; bytes: number };
}

export interface FactsMemoryOptions {
  readonly maxBytes: number;
  readonly memoryMs: number;
  readonly clock: () => number;
}

/**
 * Creates the memory. It serves a record for a few seconds only, since another process may have a newer one, but keeps
 * it while there is room: a record that the store lost (down, full or flushed) can be restored from here.
 */
export function createFactsMemory<T>(options: FactsMemoryOptions): FactsMemory<T> {
  const { memoryMs, clock } = options;
  const entries = createMemoryCache<Remembered<T>>({
    maxBytes: options.maxBytes,
    // A parsed value takes about twice the length of its text.
    sizeOf: ({ length }) => 2 * length,
  });

  const keep = (id: string, record: FactsRecord<T>, length: number, untilMs: number): void => {
    const fromMs = clock();
    const answer = answerOf({ record, tier: 'memory' }, fromMs);
    entries.set(id, {
      record,
      length,
      answer,
      fromMs,
      untilMs: Math.min(untilMs, fromMs + memoryMs),
    });
  };

  return {
    recall(id, nowMs) {
      const kept = entries.get(id);
      if (kept === undefined || nowMs < kept.fromMs || nowMs >= kept.untilMs) return undefined;
      return kept.answer;
    },
    get: (id) => entries.get(id),
    remember: (id, record, length) => keep(id, record, length, record.dueAtMs),
    bridge(id, record) {
      const kept = entries.get(id);
      // If the refresh has ended in the meantime, its result stays.
      if (kept?.record.checkedAtMs !== record.checkedAtMs) return;
      keep(id, record, kept.length, Infinity);
    },
    invalidate(id) {
      const kept = entries.get(id);
      if (kept !== undefined)
        entries.set(id, { ...kept, record: losingMerges(kept.record), untilMs: 0 });
    },
    clear: () => entries.clear(),
    stats: () => entries.stats(),
  };
}

/** Returns the answer that a record gives now. `fetchedAtMs` is never in the future, even if clocks differ. */
export function answerOf<T>({ record, tier, reason }: Seen<T>, nowMs: number): Found<T> {
  if (record.state === 'known') {
    const { value, fetchedAtMs } = record.known;
    const isFresh = record.failures === 0 && !isDue(record, nowMs);
    const state = isFresh ? 'fresh' : 'stale';
    const { dueAtMs } = record;
    return { state, value, fetchedAtMs: Math.min(fetchedAtMs, nowMs), dueAtMs, tier };
  }
  if (record.state === 'absent') {
    return { state: 'absent', fetchedAtMs: Math.min(record.checkedAtMs, nowMs), tier };
  }
  const guess = record.failures > 0 ? 'the last refresh failed' : 'not fetched yet';
  return { state: 'unavailable', reason: reason ?? guess };
}
