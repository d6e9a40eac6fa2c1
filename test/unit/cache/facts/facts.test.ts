import { beforeEach, describe, expect, test } from 'vitest';
import { ask, MINUTE, NOW, pass, SECOND, startProcess, useHarness } from './harness.ts';

const harness = useHarness();

describe('a fresh record', () => {
  test('is fetched once, then served from memory and store for its whole period', async () => {
    harness.upstream.says('one');
    const fetched = { state: 'fresh', value: 'one', fetchedAtMs: NOW };
    expect(await ask(harness.facts)).toMatchObject({ ...fetched, tier: 'upstream' });
    expect(await ask(harness.facts)).toMatchObject({ ...fetched, tier: 'memory' });
    await pass(5 * SECOND);
    expect(await ask(harness.facts)).toMatchObject({ ...fetched, tier: 'sqlite' });
    expect(await ask(harness.facts)).toMatchObject({ ...fetched, tier: 'memory' });
    await pass(10 * MINUTE - 5 * SECOND - 1);
    expect(await ask(harness.facts)).toMatchObject({ ...fetched, tier: 'sqlite' });
    expect(harness.upstream.calls).toHaveLength(1);
  });

  test('is served by another process, and after a restart', async () => {
    harness.upstream.says('one');
    await ask(harness.facts);
    expect(await ask(startProcess(harness))).toMatchObject({
      state: 'fresh',
      value: 'one',
      tier: 'sqlite',
    });
    expect(harness.upstream.calls).toHaveLength(1);
  });

  test('is fetched once for concurrent callers', async () => {
    harness.upstream.says('one', { afterMs: 100 });
    const all = Promise.all(Array.from({ length: 100 }, () => harness.facts.get('a')));
    await pass(100);
    expect(new Set((await all).map(({ state }) => state))).toEqual(new Set(['fresh']));
    expect(harness.upstream.calls).toHaveLength(1);
  });

  test('does not affect other ids', async () => {
    harness.upstream.says('one');
    await ask(harness.facts, 'a');
    harness.upstream.says('two');
    expect(await ask(harness.facts, 'b')).toMatchObject({ value: 'two' });
    expect(await ask(harness.facts, 'a')).toMatchObject({ value: 'one' });
  });
});

describe('a stale record', () => {
  beforeEach(async () => {
    harness.upstream.says('old', { validator: '"v1"', serial: 5 });
    await ask(harness.facts);
    await pass(10 * MINUTE);
  });

  test('is revalidated', async () => {
    harness.upstream.says('new', { afterMs: 299 });
    expect(await ask(harness.facts)).toMatchObject({
      state: 'fresh',
      value: 'new',
      tier: 'upstream',
    });
    expect(harness.upstream.calls[1]).toEqual({
      id: 'a',
      previous: { value: 'old', validator: '"v1"', serial: 5, fetchedAtMs: NOW },
    });
  });

  test('is fresh again if unchanged, and keeps its validator', async () => {
    harness.upstream.answers(() => ({ state: 'unchanged' }));
    expect(await ask(harness.facts)).toMatchObject({
      state: 'fresh',
      value: 'old',
      fetchedAtMs: NOW + 10 * MINUTE,
    });
    await pass(10 * MINUTE);
    await ask(harness.facts);
    expect(harness.upstream.calls[2]?.previous).toMatchObject({ validator: '"v1"', serial: 5 });
  });

  test('is served while a slow refresh finishes in the background', async () => {
    harness.upstream.says('new', { afterMs: 1_000 });
    const stale = { state: 'stale', value: 'old', fetchedAtMs: NOW };
    expect(await ask(harness.facts)).toMatchObject({ ...stale, afterMs: 301 });
    // Later callers do not wait for the slow refresh.
    expect(await ask(harness.facts)).toMatchObject({ ...stale, afterMs: 0 });
    await pass(700);
    expect(await ask(harness.facts)).toMatchObject({
      state: 'fresh',
      value: 'new',
      tier: 'memory',
    });
    expect(harness.upstream.calls).toHaveLength(2);
  });

  test('is served at once by a process that loses the lease', async () => {
    harness.upstream.says('new', { afterMs: 1_000 });
    const winner = harness.facts.get('a');
    await pass(0);
    expect(await ask(startProcess(harness))).toMatchObject({
      state: 'stale',
      value: 'old',
      afterMs: 0,
    });
    expect(harness.events).toContainEqual({ kind: 'lease-lost' });
    await pass(1_000);
    await winner;
    expect(harness.upstream.calls).toHaveLength(2);
  });

  test('is not refreshed again by a process that read it before another process refreshed it', async () => {
    harness.upstream.says('new');
    const other = startProcess(harness);
    const answers = Promise.all([harness.facts.get('a'), other.get('a')]);
    await pass(0);
    await answers;
    await pass(5 * SECOND);
    expect(await ask(other)).toMatchObject({ state: 'fresh', value: 'new' });
    expect(harness.upstream.calls).toHaveLength(2);
  });

  test('becomes absent when the upstream says so', async () => {
    harness.upstream.answers(() => ({ state: 'absent' }));
    expect(await ask(harness.facts)).toMatchObject({ state: 'absent' });
    await pass(5 * SECOND);
    expect(await ask(startProcess(harness))).toMatchObject({ state: 'absent', tier: 'sqlite' });
  });

  test('is kept if the answer has a lower serial, and refreshed again soon', async () => {
    harness.upstream.says('older', { serial: 4 });
    expect(await ask(harness.facts)).toMatchObject({ state: 'stale', value: 'old' });
    expect(harness.events).toContainEqual(
      expect.objectContaining({ kind: 'refreshed', outcome: 'not-believed' }),
    );
    await pass(5 * SECOND);
    harness.upstream.says('new', { serial: 6 });
    expect(await ask(harness.facts)).toMatchObject({ state: 'fresh', value: 'new' });
  });
});

test('close aborts running loads and waits for them; they do not count as failures', async () => {
  harness.upstream.answers(() => new Promise(() => {}));
  const answer = harness.facts.get('a');
  await pass(0);
  await harness.facts.close();
  expect(await answer).toMatchObject({ state: 'unavailable' });
  harness.upstream.says('one');
  expect(await ask(startProcess(harness))).toMatchObject({ state: 'fresh', value: 'one' });
});

test('reports each answer and each refresh to the observer', async () => {
  harness.upstream.says('one', { validator: '"v1"' });
  await ask(harness.facts);
  await ask(harness.facts);
  await pass(10 * MINUTE);
  harness.upstream.fails();
  await ask(harness.facts);
  expect(harness.events).toEqual([
    { kind: 'refreshed', outcome: 'known', durationMs: 0, error: undefined },
    { kind: 'served', state: 'fresh', tier: 'upstream' },
    { kind: 'served', state: 'fresh', tier: 'memory' },
    { kind: 'refreshed', outcome: 'failed', durationMs: 0, error: harness.upstream.failure },
    { kind: 'served', state: 'stale', tier: 'upstream' },
  ]);
});
