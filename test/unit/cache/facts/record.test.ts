import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Loaded } from '../../../../cache/facts/contract.ts';
import {
  afterAnswer,
  afterFailure,
  isDue,
  merged,
  markStale,
  NOTHING,
  secondsToKeep,
  withoutExpired,
} from '../../../../cache/facts/record.ts';
import type { FactsRecord, FactsRules } from '../../../../cache/facts/record.ts';

const NOW = Date.UTC(2026, 10, 1);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const rules: FactsRules = {
  freshUntilMs: (fetchedAtMs) => fetchedAtMs + 10 * MINUTE,
  keptMs: 30 * DAY,
  absentMs: MINUTE,
  backoff: { firstMs: 5_000, maxMs: MINUTE },
  jitter: 0,
  random: () => 0,
};

function known(value: string, serial?: number): FactsRecord<string> {
  const answer: Loaded<string> = { state: 'known', value, validator: '"v"', serial };
  const record = afterAnswer<string>(NOTHING, answer, NOW, rules);
  if (record === undefined) throw new Error('rejected');
  return record;
}

describe('when a record is due', () => {
  test.each([
    ['just fetched', 0, false],
    ['at the end of its period', 10 * MINUTE - 1, false],
    ['when its period is over', 10 * MINUTE, true],
    ['seen by a machine whose clock is a little behind', -5_000, false],
    ['after the clock was set back by an hour', -60 * MINUTE, true],
    ['after the clock was set forward by a year', 365 * DAY, true],
  ])('%s', (_, laterMs, due) => {
    expect(isDue(known('a'), NOW + laterMs)).toBe(due);
  });

  test('an unknown id and a record marked stale are due', () => {
    expect(isDue(NOTHING, NOW)).toBe(true);
    expect(isDue(markStale(known('a')), NOW)).toBe(true);
  });

  test('is due after two periods at the latest, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (laterMs) => {
        const now = NOW + laterMs;
        expect(isDue(known('a'), now) || isDue(known('a'), now + 20 * MINUTE)).toBe(true);
      }),
    );
  });
});

describe('after an answer', () => {
  const before = known('old', 7);

  test('a value is fresh for the period of its source', () => {
    const record = afterAnswer(before, { state: 'known', value: 'new', serial: 8 }, NOW + 1, rules);
    expect(record).toMatchObject({ failures: 0, dueAtMs: NOW + 1 + 10 * MINUTE });
    expect(record).toMatchObject({ known: { value: 'new', serial: 8, fetchedAtMs: NOW + 1 } });
  });

  test('unchanged renews the age and keeps the rest', () => {
    const record = afterAnswer(before, { state: 'unchanged' }, NOW + 1, rules);
    const kept = { value: 'old', validator: '"v"', serial: 7, fetchedAtMs: NOW + 1 };
    expect(record).toMatchObject({ state: 'known', known: kept });
  });

  test('absent replaces the value', () => {
    const record = afterAnswer(before, { state: 'absent' }, NOW, rules);
    expect(record).toEqual({
      state: 'absent',
      failures: 0,
      checkedAtMs: NOW,
      dueAtMs: NOW + MINUTE,
    });
  });

  test.each<[string, FactsRecord<string>, Loaded<string>, boolean]>([
    ['a higher serial', before, { state: 'known', value: 'b', serial: 8 }, true],
    ['the same serial', before, { state: 'known', value: 'b', serial: 7 }, true],
    ['a lower serial', before, { state: 'known', value: 'b', serial: 6 }, false],
    ['no serial', before, { state: 'known', value: 'b' }, true],
    ['a serial where none was known', known('a'), { state: 'known', value: 'b', serial: 1 }, true],
    ['unchanged where nothing was known', NOTHING, { state: 'unchanged' }, false],
  ])('%s is believed: %4$s', (_, record, answer, believed) => {
    expect(afterAnswer(record, answer, NOW, rules) !== undefined).toBe(believed);
  });

  test('jitter lengthens the fresh period by at most its share', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (chance) => {
        const jittered = { ...rules, jitter: 0.1, random: () => chance };
        const record = afterAnswer(before, { state: 'unchanged' }, NOW, jittered);
        const periodMs = (record?.dueAtMs ?? 0) - NOW;
        expect(periodMs).toBeGreaterThanOrEqual(10 * MINUTE);
        expect(periodMs).toBeLessThanOrEqual(11 * MINUTE);
      }),
    );
  });
});

describe('after failures', () => {
  test('the back-off doubles up to its maximum', () => {
    const pauses: number[] = [];
    let record: FactsRecord<string> = known('a');
    for (let i = 0; i < 6; i += 1) {
      record = afterFailure(record, NOW, rules);
      pauses.push(record.dueAtMs - NOW);
    }
    expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  test('the value stays, with its age', () => {
    const record = afterFailure(known('a'), NOW + DAY, rules);
    expect(record).toMatchObject({ state: 'known', known: { value: 'a', fetchedAtMs: NOW } });
  });

  test('an answer resets the back-off', () => {
    const failed = afterFailure(known('a'), NOW, rules);
    expect(afterAnswer(failed, { state: 'unchanged' }, NOW, rules)).toMatchObject({ failures: 0 });
  });
});

describe('expired content', () => {
  test.each([
    ['a value before its last day', known('a'), 30 * DAY - 1, 'known'],
    ['a value after its last day', known('a'), 30 * DAY, 'nothing'],
    [
      'an absence',
      { state: 'absent', checkedAtMs: NOW, dueAtMs: NOW + MINUTE, failures: 0 },
      59_999,
      'absent',
    ],
    [
      'an absence that is due',
      { state: 'absent', checkedAtMs: NOW, dueAtMs: NOW + MINUTE, failures: 0 },
      MINUTE,
      'nothing',
    ],
  ] satisfies [string, FactsRecord<string>, number, string][])(
    '%s is %4$s',
    (_, record, laterMs, state) => {
      expect(withoutExpired<string>(record, NOW + laterMs, rules).state).toBe(state);
    },
  );

  test('the store keeps a value for 30 days, an absence for a minute, a failure longer than its back-off', () => {
    expect(secondsToKeep(known('a'), NOW, rules)).toBe(30 * 24 * 60 * 60);
    expect(secondsToKeep(afterFailure(known('a'), NOW + DAY, rules), NOW + DAY, rules)).toBe(
      29 * 24 * 60 * 60,
    );
    const absent = afterAnswer<string>(NOTHING, { state: 'absent' }, NOW, rules) ?? NOTHING;
    expect(secondsToKeep(absent, NOW, rules)).toBe(60);
    expect(secondsToKeep(afterFailure<string>(NOTHING, NOW, rules), NOW, rules)).toBe(65);
  });
});

describe('two records of an id', () => {
  const value = known('a');
  const failure = afterFailure<string>(NOTHING, NOW + 1, rules);
  const newer = afterAnswer<string>(NOTHING, { state: 'known', value: 'b' }, NOW + 1, rules);

  test.each<[string, FactsRecord<string>, FactsRecord<string> | undefined]>([
    ['a newer value replaces an older one', value, newer],
    ['a value replaces nothing', NOTHING, value],
    ['a newer absence replaces a value', value, { ...failure, state: 'absent' }],
  ])('%s', (_, older, expected = NOTHING) => {
    expect(merged(older, expected)).toEqual(expected);
    expect(merged(expected, older)).toEqual(expected);
  });

  test('a newer failure keeps the value, but its back-off applies', () => {
    const expected = { ...value, failures: 1, checkedAtMs: NOW + 1, dueAtMs: NOW + 5_001 };
    expect(merged(value, failure)).toEqual(expected);
    expect(merged(failure, value)).toEqual(expected);
  });

  test('the higher serial wins, whatever the clocks say', () => {
    const [seven, eight] = [known('old', 7), known('new', 8)];
    const later = { ...seven, checkedAtMs: NOW + MINUTE, dueAtMs: NOW + 11 * MINUTE };
    expect(merged(later, eight)).toEqual(eight);
    expect(merged(eight, later)).toEqual(eight);
  });

  test('at equal times the first one wins: that of the store', () => {
    expect(merged(markStale(value), value)).toEqual(markStale(value));
  });
});
