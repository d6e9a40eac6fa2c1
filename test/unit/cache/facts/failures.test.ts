import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ask, DAY, MINUTE, NOW, pass, SECOND, startProcess, useHarness } from './harness.ts';

const harness = useHarness();

describe('while the upstream fails', () => {
  test('serves the kept value at once for 30 days, then nothing', async () => {
    harness.upstream.says('old');
    await ask(harness.facts);
    harness.upstream.fails();
    await pass(30 * DAY - MINUTE);
    expect(await ask(harness.facts)).toMatchObject({
      state: 'stale',
      value: 'old',
      fetchedAtMs: NOW,
    });
    await pass(2 * MINUTE);
    expect(await ask(harness.facts)).toMatchObject({
      state: 'unavailable',
      reason: harness.upstream.failure,
    });
  });

  test('all processes share a back-off that grows with each failure', async () => {
    harness.upstream.says('old');
    await ask(harness.facts);
    await pass(10 * MINUTE);
    harness.upstream.fails();
    const processes = [harness.facts, startProcess(harness), startProcess(harness)];
    const askedAt: number[] = [];
    for (let second = 0; second < 240; second += 1) {
      const callsBefore = harness.upstream.calls.length;
      for (const process of processes) {
        expect(await ask(process)).toMatchObject({ state: 'stale', value: 'old', afterMs: 0 });
      }
      if (harness.upstream.calls.length > callsBefore) askedAt.push(second);
      await pass(SECOND);
    }
    expect(askedAt).toEqual([0, 5, 15, 35, 75, 135, 195]);
    expect(harness.upstream.calls).toHaveLength(1 + 7);
  });

  test('an unknown id is unavailable at once, and fetched again after the back-off', async () => {
    harness.upstream.fails();
    expect(await ask(harness.facts)).toMatchObject({
      state: 'unavailable',
      reason: harness.upstream.failure,
    });
    expect(await ask(harness.facts)).toMatchObject({ state: 'unavailable', afterMs: 0 });
    expect(await ask(startProcess(harness))).toMatchObject({ state: 'unavailable', afterMs: 0 });
    expect(harness.upstream.calls).toHaveLength(1);
    await pass(5 * SECOND);
    harness.upstream.says('one');
    expect(await ask(harness.facts)).toMatchObject({ state: 'fresh', value: 'one' });
  });

  test('the first answer resets the back-off', async () => {
    harness.upstream.says('old');
    await ask(harness.facts);
    await pass(10 * MINUTE);
    harness.upstream.fails();
    await ask(harness.facts);
    harness.upstream.says('new');
    await pass(5 * SECOND);
    expect(await ask(harness.facts)).toMatchObject({ state: 'fresh', value: 'new' });
    harness.upstream.fails();
    await pass(10 * MINUTE);
    await ask(harness.facts);
    harness.upstream.says('newer');
    await pass(5 * SECOND);
    expect(await ask(harness.facts)).toMatchObject({ state: 'fresh', value: 'newer' });
  });

  test('aborts a load that never ends, even if the source ignores its signal', async () => {
    const signals: AbortSignal[] = [];
    harness.upstream.answers((signal) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    expect(await ask(harness.facts)).toMatchObject({
      state: 'unavailable',
      afterMs: 2_001,
    });
    expect(harness.facts.stats()).toMatchObject({ flights: 1 });
    await pass(8 * SECOND);
    expect(signals[0]?.aborted).toBe(true);
    expect(harness.facts.stats()).toMatchObject({ flights: 0 });
    expect(await ask(harness.facts)).toMatchObject({ state: 'unavailable', afterMs: 0 });
  });
});

describe('when the store fails', () => {
  test('a process works alone with its memory', async () => {
    await harness.store.close();
    harness.upstream.says('one');
    expect(await ask(harness.facts)).toMatchObject({
      state: 'fresh',
      value: 'one',
      tier: 'upstream',
    });
    await pass(9 * MINUTE);
    expect(await ask(harness.facts)).toMatchObject({
      state: 'fresh',
      value: 'one',
      tier: 'memory',
    });
    expect(harness.upstream.calls).toHaveLength(1);
    harness.upstream.fails();
    await pass(MINUTE);
    expect(await ask(harness.facts)).toMatchObject({ state: 'stale', value: 'one' });
    expect(await ask(harness.facts)).toMatchObject({ state: 'stale', value: 'one' });
    expect(harness.upstream.calls).toHaveLength(2);
  });

  test('a store that fails later costs no record in memory', async () => {
    harness.upstream.says('one');
    await ask(harness.facts);
    await harness.store.close();
    await pass(MINUTE);
    expect(await ask(harness.facts)).toMatchObject({
      state: 'fresh',
      value: 'one',
      tier: 'memory',
    });
    expect(harness.upstream.calls).toHaveLength(1);
  });

  test('a write that a busy store rejects is repeated before another process may fetch', async () => {
    const { store } = harness;
    const answers = [false, false];
    const set: typeof store.set = (...args) =>
      answers.length > 0 ? Promise.resolve(answers.shift() ?? true) : store.set(...args);
    const facts = startProcess({ ...harness, store: { ...store, healthy: true, set } });
    harness.upstream.says('one');
    await ask(facts);
    await pass(200);
    expect(await ask(startProcess(harness))).toMatchObject({ state: 'fresh', value: 'one' });
    expect(harness.upstream.calls).toHaveLength(1);
  });

  test('after a flush, the next read restores a record from memory to the store', async () => {
    harness.upstream.says('one');
    await ask(harness.facts);
    await harness.store.set('pypins:1:fake:a', '', 60);
    await pass(MINUTE);
    expect(await ask(harness.facts)).toMatchObject({ state: 'fresh', value: 'one' });
    harness.upstream.fails();
    const other = startProcess(harness);
    expect(await ask(other)).toMatchObject({ state: 'fresh', value: 'one' });
    expect(harness.upstream.calls).toHaveLength(1);
  });

  test('after a flush, a record in one process’s memory survives a failed refresh of another', async () => {
    harness.upstream.says('one');
    await ask(harness.facts);
    await pass(10 * MINUTE);
    await harness.store.set('pypins:1:fake:a', '', 60);
    harness.upstream.fails();
    const other = startProcess(harness);
    expect(await ask(other)).toMatchObject({ state: 'unavailable' });
    expect(await ask(harness.facts)).toMatchObject({ state: 'stale', value: 'one', afterMs: 0 });
    // That read restores the value for all processes before the next origin fetch.
    await pass(0);
    expect(await ask(startProcess(harness))).toMatchObject({ state: 'stale', value: 'one' });
    expect(harness.upstream.calls).toHaveLength(2);
  });
});

describe('when the clock jumps', () => {
  beforeEach(async () => {
    harness.upstream.says('old');
    await ask(harness.facts);
    harness.upstream.says('new');
  });

  test('back by a day, the record is refreshed, and its age is not negative', async () => {
    vi.setSystemTime(NOW - DAY);
    const found = await ask(harness.facts);
    expect(found).toMatchObject({ state: 'fresh', value: 'new', fetchedAtMs: NOW - DAY });
    await pass(10 * MINUTE);
    harness.upstream.says('newer');
    expect(await ask(harness.facts)).toMatchObject({ value: 'newer' });
  });

  test('back by a little, the record stays fresh and counts as just fetched', async () => {
    vi.setSystemTime(NOW - MINUTE);
    const found = await ask(harness.facts);
    expect(found).toMatchObject({ state: 'fresh', value: 'old', fetchedAtMs: NOW - MINUTE });
  });

  test('forward by a day, the record is refreshed', async () => {
    vi.setSystemTime(NOW + DAY);
    expect(await ask(harness.facts)).toMatchObject({ state: 'fresh', value: 'new' });
  });
});
