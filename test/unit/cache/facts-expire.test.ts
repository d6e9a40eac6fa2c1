import { describe, expect, test } from 'vitest';
import { ask, pass, SECOND, startProcess, useHarness } from './facts-harness.ts';

const harness = useHarness();

describe('expire', () => {
  test('lets the next get ask the upstream, with what was known as the condition', async () => {
    harness.upstream.says('old', { validator: '"v1"' });
    await ask(harness.facts);
    expect(await harness.facts.expire('a')).toBe(true);
    harness.upstream.says('new');
    expect(await ask(harness.facts)).toMatchObject({ state: 'fresh', value: 'new' });
    expect(harness.upstream.calls[1]?.previous).toMatchObject({ validator: '"v1"' });
  });

  test('reaches another process as soon as that asks the store', async () => {
    harness.upstream.says('old');
    const other = startProcess(harness);
    await ask(other);
    await harness.facts.expire('a');
    harness.upstream.says('new');
    await pass(5 * SECOND);
    expect(await ask(other)).toMatchObject({ state: 'fresh', value: 'new' });
  });

  test('keeps the value, in case the upstream fails', async () => {
    harness.upstream.says('old');
    await ask(harness.facts);
    await harness.facts.expire('a');
    harness.upstream.fails();
    expect(await ask(harness.facts)).toMatchObject({ state: 'stale', value: 'old' });
  });

  test('reaches a refresh that is under way: it may have asked before the change', async () => {
    harness.upstream.says('old', { afterMs: 100 });
    const answer = harness.facts.get('a');
    await pass(50);
    const expired = harness.facts.expire('a');
    await pass(50);
    expect(await answer).toMatchObject({ value: 'old' });
    expect(await expired).toBe(true);
    harness.upstream.says('new');
    expect(await ask(harness.facts)).toMatchObject({ state: 'fresh', value: 'new' });
  });

  test('does nothing where nothing is known', async () => {
    expect(await harness.facts.expire('a')).toBe(false);
    expect(harness.upstream.calls).toHaveLength(0);
  });
});

describe('refresh', () => {
  test('asks at once although nothing is due, and tells what was known before and after', async () => {
    harness.upstream.says('old', { serial: 7 });
    await ask(harness.facts);
    harness.upstream.says('new', { serial: 8, afterMs: 1_000 });
    const refreshed = harness.facts.refresh('a');
    await pass(1_000);
    expect(await refreshed).toMatchObject({
      before: { value: 'old', serial: 7 },
      after: { value: 'new', serial: 8 },
      isAbsent: false,
    });
    expect(await ask(startProcess(harness))).toMatchObject({ state: 'fresh', value: 'new' });
  });

  test('keeps what was known when the upstream fails', async () => {
    harness.upstream.says('old');
    await ask(harness.facts);
    harness.upstream.fails();
    expect(await harness.facts.refresh('a')).toMatchObject({ after: { value: 'old' } });
  });

  test('asks for what was never heard of, and tells what there is not', async () => {
    harness.upstream.answers(() => ({ state: 'absent' }));
    const expected = { before: undefined, after: undefined, isAbsent: true };
    expect(await harness.facts.refresh('a')).toEqual(expected);
    harness.upstream.says('one');
    expect(await harness.facts.refresh('a')).toMatchObject({ after: { value: 'one' } });
  });

  test('asks in spite of a back-off', async () => {
    harness.upstream.fails();
    await ask(harness.facts);
    harness.upstream.says('one');
    expect(await harness.facts.refresh('a')).toMatchObject({ after: { value: 'one' } });
  });
});
