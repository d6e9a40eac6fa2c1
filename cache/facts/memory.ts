import type { FactsTier, Found } from './contract.ts';
import { isDue, outdone } from './record.ts';
import type { FactsRecord } from './record.ts';
import { createMemoryCache } from '../memory.ts';

/** A record, where it was found, and, where nothing is known, why. */
export interface Seen<T> {
  readonly record: FactsRecord<T>;
  readonly tier: FactsTier;
  readonly reason?: unknown;
  /** Only this process knows the value: the store has lost it, or failed to take it. */
  readonly isLost?: boolean;
}

export interface Remembered<T> {
  readonly record: FactsRecord<T>;
  /** The length of the record's text. */
  readonly length: number;
  /** What a hit is answered with, made once; given from the one time until the other. */
  readonly answer: Found<T>;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The records in this process's memory. */
export interface FactsMemory<T> {
  /** The answer that may be given without asking the store. */
  readonly recall: (id: string, nowMs: number) => Found<T> | undefined;
  /** The record, however old. */
  readonly get: (id: string) => Remembered<T> | undefined;
  /** Lets `recall` give the record until it is due, and no longer than `memoryMs`. */
  readonly remember: (id: string, record: FactsRecord<T>, length: number) => void;
  /** Lets `recall` give the record for `memoryMs` although it is due: somebody is refreshing it. */
  readonly bridge: (id: string, record: FactsRecord<T>) => void;
  /** Another process knows better: `recall` no longer gives the record, and whatever the store has counts before it. */
  readonly doubt: (id: string) => void;
  readonly clear: () => void;
  readonly stats: () => { entries: number; bytes: number };
}

export interface FactsMemoryOptions {
  readonly maxBytes: number;
  readonly memoryMs: number;
  readonly clock: () => number;
}

/**
 * A memory that answers for some seconds, since another process may know better, and remembers for as long as it has
 * room: when the store loses a record (it is down, or full, or was flushed), what this process remembers is known still.
 */
export function createFactsMemory<T>(options: FactsMemoryOptions): FactsMemory<T> {
  const { memoryMs, clock } = options;
  const entries = createMemoryCache<Remembered<T>>({
    maxBytes: options.maxBytes,
    // A parsed value takes about twice its text.
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
      // The refresh may have ended in the meantime; what it brought is not to be hidden.
      if (kept?.record.checkedAtMs !== record.checkedAtMs) return;
      keep(id, record, kept.length, Infinity);
    },
    doubt(id) {
      const kept = entries.get(id);
      if (kept !== undefined)
        entries.set(id, { ...kept, record: outdone(kept.record), untilMs: 0 });
    },
    clear: () => entries.clear(),
    stats: () => entries.stats(),
  };
}

/** What a record means for who asks now. No age is negative, whatever the clocks say. */
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
  const guess = record.failures > 0 ? 'the upstream failed a moment ago' : 'nothing is known yet';
  return { state: 'unavailable', reason: reason ?? guess };
}
