import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Store } from '../../../../cache/store/contract.ts';
import { EVERYTHING } from '../../../../src/edge/tags.ts';
import type { Change } from '../../../../src/follow/feeds/feed.ts';
import { isRankingComplete, requestedChanges } from '../../../../src/follow/changes/requested.ts';
import { FOLLOW_KEYS } from '../../../../src/follow/keys.ts';
import { NOW } from '../../cache/facts/harness.ts';
import { makeFlaky, openStore, rankAll } from '../harness.ts';

let store: Store;
beforeEach(() => {
  store = openStore();
});

describe('the changes to requested projects', () => {
  const changes: Change[] = ['held', 'missing', 'another', 'held'].map((project, at) => ({
    project,
    release: `1.${at}`,
    atMs: NOW,
  }));

  test('include projects that PyPI does not know, in their order', async () => {
    await rankAll(store, FOLLOW_KEYS.held, { held: NOW });
    await rankAll(store, FOLLOW_KEYS.missing, { missing: NOW });
    expect(await requestedChanges(store, changes)).toEqual([changes[0], changes[1], changes[3]]);
  });

  test('are none where nothing was requested', async () => {
    expect(await requestedChanges(store, changes)).toEqual([]);
    expect(await requestedChanges(store, [])).toEqual([]);
  });

  test('are all changes while the store fails', async () => {
    const flaky = makeFlaky(store);
    flaky.fails();
    expect(await requestedChanges(flaky.store, changes)).toEqual(changes);
  });
});

describe('the ranking of requested projects is complete', () => {
  test('from the second check on, until the store has lost it', async () => {
    const flaky = makeFlaky(store);
    const looks = async (): Promise<boolean[]> => [
      await isRankingComplete(flaky.store),
      await isRankingComplete(flaky.store),
      await isRankingComplete(flaky.store),
    ];
    expect(await looks()).toEqual([false, true, true]);
    flaky.isEmptied();
    expect(await looks()).toEqual([false, true, true]);
  });

  test('while the store fails, and after its recovery', async () => {
    await isRankingComplete(store);
    const flaky = makeFlaky(store);
    flaky.fails();
    expect(await isRankingComplete(flaky.store)).toBe(true);
    flaky.recovers();
    expect(await isRankingComplete(flaky.store)).toBe(true);
  });

  test('when one read of the store fails', async () => {
    await isRankingComplete(store);
    const failing = vi
      .fn<Store['rankedOf']>((...args) => store.rankedOf(...args))
      .mockResolvedValueOnce(undefined);
    expect(await isRankingComplete({ ...store, rankedOf: failing })).toBe(true);
  });

  test('when the store is read-only', async () => {
    const readOnly = { ...store, rank: () => Promise.resolve() };
    expect(await isRankingComplete(readOnly)).toBe(true);
  });

  test('as long as its mark is there, which is evicted last', async () => {
    await rankAll(store, FOLLOW_KEYS.held, { requests: NOW });
    await isRankingComplete(store);
    expect(await store.ranked(FOLLOW_KEYS.held, 0, 10)).toEqual([EVERYTHING, 'requests']);
  });
});
