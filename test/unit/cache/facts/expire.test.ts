import { describe, expect, test } from 'vitest';
import type { Facts } from '../../../../cache/facts/contract.ts';
import type { Messages } from '../../../../cache/store/messages.ts';
import { ask, losing, MINUTE, pass, SECOND, startProcess, useHarness } from './harness.ts';

const harness = useHarness();

describe('expire', () => {
  test('makes the next get revalidate the kept value', async () => {
    harness.upstream.says('old', { validator: '"v1"' });
    await ask(harness.facts);
    expect(await harness.facts.expire('a')).toBe(true);
    harness.upstream.says('new');
    expect(await ask(harness.facts)).toMatchObject({ state: 'fresh', value: 'new' });
    expect(harness.upstream.calls[1]?.previous).toMatchObject({ validator: '"v1"' });
  });

  test('reaches another process when it next reads the store', async () => {
    harness.upstream.says('old');
    const other = startProcess(harness);
    await ask(other);
    await harness.facts.expire('a');
    harness.upstream.says('new');
    await pass(5 * SECOND);
    expect(await ask(other)).toMatchObject({ state: 'fresh', value: 'new' });
  });

  test('keeps the value for a failing upstream', async () => {
    harness.upstream.says('old');
    await ask(harness.facts);
    await harness.facts.expire('a');
    harness.upstream.fails();
    expect(await ask(harness.facts)).toMatchObject({ state: 'stale', value: 'old' });
  });

  test('applies to a running refresh, which may have fetched before the change', async () => {
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

  test('does nothing for an unknown id', async () => {
    expect(await harness.facts.expire('a')).toBe(false);
    expect(harness.upstream.calls).toHaveLength(0);
  });
});

describe('a process whose clock is behind', () => {
  /** Starts two connected processes, the second of them a minute behind. */
  function startTwo(): { one: Facts<string>; behind: Facts<string> } {
    const listeners: ((message: string) => void)[] = [];
    const messages: Messages = {
      publish: (message) => Promise.resolve(listeners.forEach((tell) => tell(message))),
      subscribe: (tell) => void listeners.push(tell),
      settleMs: 0,
      close: () => Promise.resolve(),
    };
    const start = (behindMs: number): Facts<string> =>
      startProcess(harness, { messages, clock: () => Date.now() - behindMs });
    return { one: start(0), behind: start(MINUTE) };
  }

  test('has its refresh accepted by processes that receive its message', async () => {
    const { one, behind } = startTwo();
    harness.upstream.answers(() => ({ state: 'absent' }));
    await ask(one);
    harness.upstream.says('new');
    await behind.refresh('a');
    expect(await ask(one)).toMatchObject({ state: 'fresh', value: 'new' });
  });

  test('has a newer serial accepted by processes that missed its message', async () => {
    harness.upstream.says('old', { serial: 7 });
    await ask(harness.facts);
    harness.upstream.says('new', { serial: 8 });
    await startProcess(harness, { clock: () => Date.now() - MINUTE }).refresh('a');
    await pass(5 * SECOND);
    expect(await ask(harness.facts)).toMatchObject({ state: 'fresh', value: 'new' });
  });

  test('makes other processes refresh what it expires', async () => {
    const { one, behind } = startTwo();
    harness.upstream.says('old');
    await ask(one);
    await behind.expire('a');
    harness.upstream.says('new');
    expect(await ask(one)).toMatchObject({ state: 'fresh', value: 'new' });
  });
});

describe('refresh', () => {
  test('fetches at once although nothing is due, and returns the values before and after', async () => {
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

  test('returns the kept value when the upstream fails', async () => {
    harness.upstream.says('old');
    await ask(harness.facts);
    harness.upstream.fails();
    expect(await harness.facts.refresh('a')).toMatchObject({ after: { value: 'old' } });
  });

  test('fetches an unknown id, and reports that it is absent', async () => {
    harness.upstream.answers(() => ({ state: 'absent' }));
    const expected = { before: undefined, after: undefined, isAbsent: true, isShared: true };
    expect(await harness.facts.refresh('a')).toEqual(expected);
    harness.upstream.says('one');
    expect(await harness.facts.refresh('a')).toMatchObject({ after: { value: 'one' } });
  });

  test('says whether the store has the outcome, which a lost server took with it', async () => {
    harness.upstream.says('old');
    expect(await harness.facts.refresh('a')).toMatchObject({ isShared: true });
    await pass(SECOND);
    let writes = 0;
    // The first write marks the record stale.
    const lossy = losing(harness.store, () => (writes += 1) === 2);
    const behind = startProcess({ ...harness, store: lossy });
    harness.upstream.says('new');
    const refreshed = await behind.refresh('a');
    expect(refreshed).toMatchObject({ after: { value: 'new' }, isShared: false });
  });

  test('ignores a back-off', async () => {
    harness.upstream.fails();
    await ask(harness.facts);
    harness.upstream.says('one');
    expect(await harness.facts.refresh('a')).toMatchObject({ after: { value: 'one' } });
  });
});
