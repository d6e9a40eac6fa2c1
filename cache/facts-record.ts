import type { Known, Loaded } from './facts-contract.ts';

interface Check {
  /** When the upstream was asked last, whatever it said. */
  readonly checkedAtMs: number;
  /** When it may be asked again: at the end of the fresh period, or of the back-off after a failure. */
  readonly dueAtMs: number;
  /** Refreshes that failed since the upstream last answered. */
  readonly failures: number;
}

/**
 * A value as it stands in the store, written by code with another schema. Until the upstream is asked it is written back as
 * it came, so that who can read more of it loses nothing.
 */
export interface Foreign {
  readonly shape: string | undefined;
  readonly value: unknown;
  readonly validator: string | undefined;
  /** It has all the fields of our schema. */
  readonly isComplete: boolean;
}

/**
 * What is remembered of an id, in this process and in the store. The back-off is part of it, so it holds for all
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

/** How long records are good for. */
export interface FactsRules {
  readonly freshUntilMs: (fetchedAtMs: number) => number;
  /** A value is kept for so long after it was fetched. */
  readonly keptMs: number;
  readonly absentMs: number;
  readonly backoff: { readonly firstMs: number; readonly maxMs: number };
  /** Periods are lengthened at random, by up to this share, so that keys do not fall due together. */
  readonly jitter: number;
  readonly random: () => number;
}

/** The record of an id that was never heard of. */
export const NOTHING: FactsRecord<never> = {
  state: 'nothing',
  checkedAtMs: 0,
  dueAtMs: 0,
  failures: 0,
};

/**
 * Whether the upstream is to be asked. A record from the future (the clock was set back, or another machine's is ahead)
 * counts only while it is no further away than its own period, so none is fresh for ever.
 */
export function isDue({ checkedAtMs, dueAtMs }: Check, nowMs: number): boolean {
  return Math.abs(nowMs - checkedAtMs) >= dueAtMs - checkedAtMs;
}

/** The same record as one that any other is newer than: what another process has found out stands in the store. */
export function outdone<T>(record: FactsRecord<T>): FactsRecord<T> {
  return { ...record, checkedAtMs: 0, dueAtMs: 0 };
}

/** The same record, due at once. */
export function madeDue<T>(record: FactsRecord<T>): FactsRecord<T> {
  return { ...record, dueAtMs: record.checkedAtMs };
}

/**
 * What two records say together: what was found out last, but no failure in place of a value. Which that is, the upstream's own
 * serials tell where they differ; clocks of two machines may be minutes apart.
 */
export function merged<T>(one: FactsRecord<T>, other: FactsRecord<T>): FactsRecord<T> {
  const [newer, older] = isNewer(other, one) ? [other, one] : [one, other];
  if (newer.state !== 'nothing' || older.state !== 'known') return newer;
  const { checkedAtMs, dueAtMs, failures } = newer;
  return { ...older, checkedAtMs, dueAtMs, failures };
}

/**
 * A record as this process can use it. One that lacks a field of ours is due at once, but for where this process remembers
 * the same answer in full: two versions of the code, each with a field that the other lacks, would else refetch it in
 * turn for as long as both run.
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
    // Without serials only its time tells how long an answer holds.
    if (serial === undefined && !isDue(record, nowMs) && !isDue(remembered, nowMs))
      return remembered;
  }
  return record.failures === 0 ? madeDue(record) : record;
}

/** Whether other code wrote the record, without a field of ours. */
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

/** The record without what is too old to be served: a value after `keptMs`, an absence as soon as it is due. */
export function withoutOld<T>(
  record: FactsRecord<T>,
  nowMs: number,
  rules: FactsRules,
): FactsRecord<T> {
  if (record.state === 'absent') return isDue(record, nowMs) ? NOTHING : record;
  const { checkedAtMs, failures } = record;
  // No period is longer than that for which a value is kept.
  const dueAtMs = Math.min(record.dueAtMs, checkedAtMs + rules.keptMs);
  const isKept = record.state === 'known' && nowMs < record.known.fetchedAtMs + rules.keptMs;
  if (record === NOTHING || (isKept && dueAtMs === record.dueAtMs)) return record;
  return isKept ? { ...record, dueAtMs } : { state: 'nothing', checkedAtMs, dueAtMs, failures };
}

/**
 * The record after an answer; undefined where the answer is not believed: its serial is lower than that of what is
 * known, or it confirms something although nothing is known.
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

/** The record after a failed refresh: what was known stays, and the upstream is left alone for longer each time. */
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

/** For how long the store has to hold the record. A failure outlives its back-off, so that the next one is longer. */
export function secondsToKeep<T>(record: FactsRecord<T>, nowMs: number, rules: FactsRules): number {
  return Math.ceil((endOf(record, rules) - nowMs) / 1000);
}

function endOf<T>(record: FactsRecord<T>, { keptMs, backoff }: FactsRules): number {
  if (record.state === 'known') return record.known.fetchedAtMs + keptMs;
  return record.state === 'absent' ? record.dueAtMs : record.dueAtMs + backoff.maxMs;
}
