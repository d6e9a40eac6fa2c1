import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ask, DAY, MINUTE, NOW, pass, SECOND, startProcess, useHarness } from './harness.ts';

const harness = useHarness();

describe('while the upstream fails', () => {
  test('the kept value is served at once for 30 days, then nothing', async () => {
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

  test('it is asked ever less often, by all processes together', async () => {
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

  test('an id of which nothing is known is unavailable, at once, and asked for again after the pause', async () => {
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

  test('the first answer ends it', async () => {
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

  test('a load that never ends is cut, although the source does not heed its signal', async () => {
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

describe('without a store', () => {
  test('a process goes on alone, with what it remembers', async () => {
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

  test('lost on the way, nothing that this process knows is lost with it', async () => {
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

  test('too busy for a moment, it is told once more before anybody else may ask the upstream', async () => {
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

  test('flushed, what one process remembers is there again for all with its next look', async () => {
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

  test('flushed, what one process remembers outlives the failure of another that does not', async () => {
    harness.upstream.says('one');
    await ask(harness.facts);
    await pass(10 * MINUTE);
    await harness.store.set('pypins:1:fake:a', '', 60);
    harness.upstream.fails();
    const other = startProcess(harness);
    expect(await ask(other)).toMatchObject({ state: 'unavailable' });
    expect(await ask(harness.facts)).toMatchObject({ state: 'stale', value: 'one', afterMs: 0 });
    // With that look, and before anybody asks the upstream again, the value is there for all.
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

  test('back by a day, the record is not fresh for another day, and no age is negative', async () => {
    vi.setSystemTime(NOW - DAY);
    const found = await ask(harness.facts);
    expect(found).toMatchObject({ state: 'fresh', value: 'new', fetchedAtMs: NOW - DAY });
    await pass(10 * MINUTE);
    harness.upstream.says('newer');
    expect(await ask(harness.facts)).toMatchObject({ value: 'newer' });
  });

  test('back by a little, the record stays fresh, and counts as just fetched', async () => {
    vi.setSystemTime(NOW - MINUTE);
    const found = await ask(harness.facts);
    expect(found).toMatchObject({ state: 'fresh', value: 'old', fetchedAtMs: NOW - MINUTE });
  });

  test('forward by a day, the record is refreshed', async () => {
    vi.setSystemTime(NOW + DAY);
    expect(await ask(harness.facts)).toMatchObject({ state: 'fresh', value: 'new' });
  });
});
