import { describe, expect, test } from 'vitest';
import type { Store } from '../../../../cache/store/contract.ts';
import { ask, MINUTE, NOW, pass, SECOND, startProcess, useHarness } from './harness.ts';

const harness = useHarness();

function refuse(): void {
  throw new Error('too many');
}

describe('an unknown id', () => {
  test('waits for two seconds', async () => {
    harness.upstream.says('one', { afterMs: 1_999 });
    expect(await ask(harness.facts)).toMatchObject({
      state: 'fresh',
      value: 'one',
      afterMs: 1_999,
    });
  });

  test('is unavailable after two seconds, and known once the refresh has finished in the background', async () => {
    harness.upstream.says('one', { afterMs: 3_000 });
    expect(await ask(harness.facts)).toMatchObject({
      state: 'unavailable',
      afterMs: 2_001,
    });
    await pass(1_000);
    expect(await ask(harness.facts)).toMatchObject({
      state: 'fresh',
      value: 'one',
      tier: 'memory',
    });
    expect(harness.upstream.calls).toHaveLength(1);
  });

  test('is fetched by one process; the others wait for the record', async () => {
    harness.upstream.says('one', { afterMs: 500 });
    const winner = harness.facts.get('a');
    await pass(0);
    const loser = await ask(startProcess(harness));
    expect(loser).toMatchObject({ state: 'fresh', value: 'one', tier: 'sqlite' });
    expect(loser.afterMs).toBeLessThanOrEqual(550);
    expect(await winner).toMatchObject({ tier: 'upstream' });
    expect(harness.upstream.calls).toHaveLength(1);
  });

  test('is fetched by a waiting process if the one with the lease has died', async () => {
    await harness.store.acquireLease('pypins:1:fake:a', 700);
    harness.upstream.says('one');
    const answer = await ask(harness.facts);
    expect(answer).toMatchObject({ state: 'fresh', value: 'one', tier: 'upstream' });
    expect(answer.afterMs).toBeLessThanOrEqual(750);
  });

  test('is fetched once even if that takes long, because the lease is renewed', async () => {
    harness.upstream.says('one', { afterMs: 6_000 });
    expect(await ask(harness.facts)).toMatchObject({ state: 'unavailable' });
    await pass(3_500);
    expect(await ask(startProcess(harness))).toMatchObject({ state: 'fresh', value: 'one' });
    expect(harness.upstream.calls).toHaveLength(1);
  });

  test('is fetched once even if the lease ends and moves on while the event loop is blocked', async () => {
    harness.upstream.says('one');
    const other = startProcess(harness);
    let isFirst = true;
    const store: Store = {
      ...harness.store,
      async acquireLease(key, ttlMs) {
        const answer = await harness.store.acquireLease(key, ttlMs);
        if (isFirst) await pass(2 * SECOND).then(() => other.get('a'));
        isFirst = false;
        return answer;
      },
    };
    const answer = await ask(startProcess({ ...harness, store }, { firstPatienceMs: 10 * SECOND }));
    expect(answer).toMatchObject({ state: 'fresh', value: 'one' });
    expect(harness.upstream.calls).toHaveLength(1);
  });

  test('is unavailable if the lease lasts longer than the wait', async () => {
    await harness.store.acquireLease('pypins:1:fake:a', 11 * SECOND);
    harness.upstream.says('one');
    expect(await ask(harness.facts)).toMatchObject({
      state: 'unavailable',
      afterMs: 2_000,
    });
    expect(harness.upstream.calls).toHaveLength(0);
  });

  test('is fetched if the store holds garbage', async () => {
    await harness.store.set('pypins:1:fake:a', '{"state":"of another format"}', 60);
    harness.upstream.says('one');
    expect(await ask(harness.facts)).toMatchObject({
      state: 'fresh',
      value: 'one',
      tier: 'upstream',
    });
  });
});

test('an absence is kept for a minute, then fetched again', async () => {
  harness.upstream.answers(() => ({ state: 'absent' }));
  expect(await ask(harness.facts)).toMatchObject({
    state: 'absent',
    fetchedAtMs: NOW,
    tier: 'upstream',
  });
  await pass(MINUTE - 1);
  expect(await ask(harness.facts)).toMatchObject({ state: 'absent', fetchedAtMs: NOW });
  expect(harness.upstream.calls).toHaveLength(1);
  await pass(1);
  harness.upstream.says('one');
  expect(await ask(harness.facts)).toMatchObject({ state: 'fresh', value: 'one' });
});

describe('admit', () => {
  test('is called before the origin fetch of an unknown id', async () => {
    harness.upstream.says('one');
    await expect(harness.facts.get('a', refuse)).rejects.toThrow('too many');
    expect(harness.upstream.calls).toHaveLength(0);
  });

  test.each([
    ['fresh', 0],
    ['kept', 10 * MINUTE],
  ])('is not called for a %s record', async (_, laterMs) => {
    harness.upstream.says('one');
    await ask(harness.facts);
    await pass(laterMs);
    expect(await harness.facts.get('a', refuse)).toMatchObject({ value: 'one' });
  });

  test('is not called while a fetch of the id is running', async () => {
    harness.upstream.says('one', { afterMs: 100 });
    const first = harness.facts.get('a');
    await pass(50);
    const second = harness.facts.get('a', refuse);
    await pass(50);
    expect(await first).toMatchObject({ value: 'one' });
    expect(await second).toMatchObject({ value: 'one' });
  });
});
