import { expect, test } from 'vitest';
import { createFactsMemory } from '../../../../cache/facts/memory.ts';
import type { FactsRecord } from '../../../../cache/facts/record.ts';

const NOW = Date.UTC(2026, 10, 1);

/** A value fetched so long ago, and due so long after that. */
function fetched(value: string, agoMs: number, dueAfterMs: number): FactsRecord<string> {
  const fetchedAtMs = NOW - agoMs;
  return {
    state: 'known',
    known: { value, fetchedAtMs },
    checkedAtMs: fetchedAtMs,
    dueAtMs: fetchedAtMs + dueAfterMs,
    failures: 0,
  };
}

function create(): ReturnType<typeof createFactsMemory<string>> {
  return createFactsMemory<string>({ maxBytes: 100_000, memoryMs: 5_000, clock: () => NOW });
}

test.each([
  ['when it was remembered', 0, true],
  ['until memoryMs have passed', 4_999, true],
  ['not after that', 5_000, false],
  ['not before it was remembered: the clock was set back', -1, false],
])('a record is recalled %s', (_, laterMs, isRecalled) => {
  const memory = create();
  memory.remember('a', fetched('one', 0, 60_000), 10);
  expect(memory.recall('a', NOW + laterMs) !== undefined).toBe(isRecalled);
  expect(memory.get('a')).toBeDefined();
});

test('a record is not recalled when it is due, unless it is bridged', () => {
  const memory = create();
  const due = fetched('one', 60_000, 60_000);
  memory.remember('a', due, 10);
  expect(memory.recall('a', NOW)).toBeUndefined();
  memory.bridge('a', due);
  expect(memory.recall('a', NOW + 4_999)).toMatchObject({ state: 'stale', value: 'one' });
  expect(memory.recall('a', NOW + 5_000)).toBeUndefined();
});

test('bridging hides nothing newer', () => {
  const memory = create();
  memory.remember('a', fetched('new', 0, 60_000), 10);
  memory.bridge('a', fetched('old', 60_000, 60_000));
  expect(memory.recall('a', NOW)).toMatchObject({ state: 'fresh', value: 'new' });
});

test('no more is remembered than there is room for', () => {
  const memory = create();
  for (let i = 0; i < 1_000; i += 1) memory.remember(`${i}`, fetched('one', 0, 60_000), 1_000);
  expect(memory.stats().bytes).toBeLessThanOrEqual(100_000);
  expect(memory.get('0')).toBeUndefined();
  expect(memory.get('999')).toBeDefined();
});
