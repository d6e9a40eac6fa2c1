import type { Known, Loaded } from './contract.ts';

interface Check {
  /** Time of the last refresh, successful or not. */
  readonly checkedAtMs: number;
  /** Earliest time of the next refresh: the end of the fresh period, or of the back-off after a failure. */
  readonly dueAtMs: number;
  /** Failed refreshes since the last successful one. */
  readonly failures: number;
}

/**
 * A stored value written by code with another schema. Until the next origin fetch it is written back unchanged, so that
 * the other code loses no fields.
 */
export interface Foreign {
  readonly shape: string | undefined;
  readonly value: unknown;
  readonly validator: string | undefined;
  /** Has all fields of this code's schema. */
  readonly isComplete: boolean;
}

/**
 * What is kept about an id, in memory and in the store. It contains the back-off, which therefore applies to all
 * processes.
 */
export type FactsRecord<T> =
  | (Check & {
      readonly state: 'known';
      readonly known: Known<T>;
      readonly foreign?: Foreign | undefined;
    })
  | (Check & { readonly state: 'absent' })
  | (Check & { readonly state: 'nothing' });

/** How long records stay fresh and kept. */
export interface FactsRules {
  readonly freshUntilMs: (fetchedAtMs: number) => number;
  /** How long a value is kept after it was fetched. */
  readonly keptMs: number;
  readonly absentMs: number;
  readonly backoff: { readonly firstMs: number; readonly maxMs: number };
  /** Periods are lengthened at random by up to this share, so that records do not become due together. */
  readonly jitter: number;
  readonly random: () => number;
}

/** The record of an unknown id. */
export const NOTHING: FactsRecord<never> = {
  state: 'nothing',
  checkedAtMs: 0,
  dueAtMs: 0,
  failures: 0,
};

/**
 * Whether the record needs a refresh. A record from the future (the clock was set back, or another machine's clock is
 * ahead) is due if it is further away than its own period, so no record stays fresh for ever.
 */
export function isDue({ checkedAtMs, dueAtMs }: Check, nowMs: number): boolean {
  return Math.abs(nowMs - checkedAtMs) >= dueAtMs - checkedAtMs;
}

/** Returns the record with times that lose every merge. */
export function losingMerges<T>(record: FactsRecord<T>): FactsRecord<T> {
  return { ...record, checkedAtMs: 0, dueAtMs: 0 };
}

/** Returns the record as due at once. */
export function markStale<T>(record: FactsRecord<T>): FactsRecord<T> {
  return { ...record, dueAtMs: record.checkedAtMs };
}

/**
 * Merges two records of an id: the newer one wins, but a failure never replaces a value. Different serials decide which
 * one is newer; clocks of two machines may be minutes apart.
 */
export function merged<T>(one: FactsRecord<T>, other: FactsRecord<T>): FactsRecord<T> {
  const [newer, older] = isNewer(other, one) ? [other, one] : [one, other];
  if (newer.state !== 'nothing' || older.state !== 'known') return newer;
  const { checkedAtMs, dueAtMs, failures } = newer;
  return { ...older, checkedAtMs, dueAtMs, failures };
}

/**
 * Completes a stored record that lacks a field of this code's schema. If this process remembers the same answer in
 * full, it takes that; otherwise the record is due at once. Without this, two versions of the code, each with a field
 * that the other lacks, would refetch the record in turn for as long as both run.
 */
export function completed<T>(
  record: FactsRecord<T>,
  remembered: FactsRecord<T>,
  nowMs: number,
): FactsRecord<T> {
  if (record.state !== 'known' || !isIncomplete(record)) return record;
  if (remembered.state === 'known' && !isIncomplete(remembered)) {
    const { serial, fetchedAtMs } = record.known;
    const isSameFetch = fetchedAtMs === remembered.known.fetchedAtMs;
    const isSameAnswer = serial === undefined ? isSameFetch : serial === remembered.known.serial;
    if (isSameAnswer)
      return { ...record, known: { ...remembered.known, fetchedAtMs }, foreign: undefined };
    // Without serials, the remembered answer counts while it is fresh.
    if (serial === undefined && !isDue(record, nowMs) && !isDue(remembered, nowMs))
      return remembered;
  }
  return record.failures === 0 ? markStale(record) : record;
}

/** Whether other code wrote the record without a field of this code's schema. */
function isIncomplete<T>(record: FactsRecord<T>): boolean {
  return record.state === 'known' && record.foreign?.isComplete === false;
}

function isNewer<T>(one: FactsRecord<T>, other: FactsRecord<T>): boolean {
  const [serial, otherSerial] = [serialOf(one), serialOf(other)];
  if (serial !== undefined && otherSerial !== undefined && serial !== otherSerial)
    return serial > otherSerial;
  return one.checkedAtMs > other.checkedAtMs;
}

function serialOf<T>(record: FactsRecord<T>): number | undefined {
  return record.state === 'known' ? record.known.serial : undefined;
}

/** Returns the record without expired content: a value expires after `keptMs`, an absence as soon as it is due. */
export function withoutExpired<T>(
  record: FactsRecord<T>,
  nowMs: number,
  rules: FactsRules,
): FactsRecord<T> {
  if (record.state === 'absent') return isDue(record, nowMs) ? NOTHING : record;
  const { checkedAtMs, failures } = record;
  // A period never exceeds `keptMs`, whatever the clocks say.
  const dueAtMs = Math.min(record.dueAtMs, checkedAtMs + rules.keptMs);
  const isKept = record.state === 'known' && nowMs < record.known.fetchedAtMs + rules.keptMs;
  if (record === NOTHING || (isKept && dueAtMs === record.dueAtMs)) return record;
  return isKept ? { ...record, dueAtMs } : { state: 'nothing', checkedAtMs, dueAtMs, failures };
}

/**
 * Returns the record after an answer, or undefined if the answer is rejected: its serial is lower than the kept one, or
 * it is `unchanged` and there is no complete value to confirm.
 */
export function afterAnswer<T>(
  before: FactsRecord<T>,
  loaded: Loaded<T>,
  nowMs: number,
  rules: FactsRules,
): FactsRecord<T> | undefined {
  const checked = { checkedAtMs: nowMs, failures: 0 };
  if (loaded.state === 'absent') {
    return { state: 'absent', ...checked, dueAtMs: nowMs + rules.absentMs };
  }
  const previous = before.state === 'known' ? before.known : undefined;
  const answer = loaded.state === 'known' ? loaded : previous;
  if (answer === undefined || (answer === previous && isIncomplete(before))) return undefined;
  const { value, validator, serial } = answer;
  if (previous?.serial !== undefined && serial !== undefined && serial < previous.serial) {
    return undefined;
  }
  const freshMs = lengthen(rules.freshUntilMs(nowMs) - nowMs, rules);
  const known = { value, validator, serial, fetchedAtMs: nowMs };
  return { state: 'known', known, ...checked, dueAtMs: nowMs + freshMs };
}

/** Returns the record after a failed refresh: the kept value stays, and each failure doubles the back-off. */
export function afterFailure<T>(
  before: FactsRecord<T>,
  nowMs: number,
  rules: FactsRules,
): FactsRecord<T> {
  const { firstMs, maxMs } = rules.backoff;
  const failures = before.failures + 1;
  const pauseMs = lengthen(Math.min(firstMs * 2 ** before.failures, maxMs), rules);
  return { ...before, failures, checkedAtMs: nowMs, dueAtMs: nowMs + pauseMs };
}

function lengthen(periodMs: number, { jitter, random }: FactsRules): number {
  return Math.round(periodMs * (1 + jitter * random()));
}

/**
 * Returns how long the store has to keep the record. A failure outlives its back-off, so that the next one is longer.
 */
export function secondsToKeep<T>(record: FactsRecord<T>, nowMs: number, rules: FactsRules): number {
  return Math.ceil((endOf(record, rules) - nowMs) / 1000);
}

function endOf<T>(record: FactsRecord<T>, { keptMs, backoff }: FactsRules): number {
  if (record.state === 'known') return record.known.fetchedAtMs + keptMs;
  return record.state === 'absent' ? record.dueAtMs : record.dueAtMs + backoff.maxMs;
}
