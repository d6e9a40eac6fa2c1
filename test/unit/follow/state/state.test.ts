import { beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../../../cache/store/contract.ts';
import { FOLLOW_KEYS } from '../../../../src/follow/keys.ts';
import {
  createStateWriter,
  type FollowState,
  readState,
} from '../../../../src/follow/state/state.ts';
import { DAY, MINUTE, NOW, SECOND } from '../../cache/facts/harness.ts';
import { createClock, makeFlaky, openStore, type TestClock } from '../harness.ts';

const state: FollowState = {
  feed: 'rss',
  position: '{"seen":[]}',
  pending: [
    {
      project: 'requests',
      releases: ['2.0'],
      release: '2.0',
      serial: 7,
      atMs: NOW,
      isRemoval: false,
      attempt: 1,
      dueAtMs: NOW + SECOND,
      baseline: 6,
      isTold: false,
    },
  ],
  gapAtMs: NOW,
  nodes: { 'http://127.0.0.1:6085': NOW },
  downloadsAtMs: NOW,
};

let clock: TestClock;
let store: Store;
/** How often something was written. */
let writes: number;

beforeEach(() => {
  clock = createClock();
  const opened = openStore(clock.read);
  writes = 0;
  store = { ...opened, set: (...args) => ((writes += 1), opened.set(...args)) };
});

describe('readState', () => {
  test.each<[string, FollowState]>([
    ['all of it', state],
    ['the least', { feed: 'changelog', pending: [], nodes: {} }],
  ])('is what was written: %s', async (_, written) => {
    await createStateWriter(store)(written);
    expect(await readState(store, written.feed)).toEqual(written);
  });

  test.each([
    ['nothing', undefined],
    ['another feed’s', JSON.stringify({ ...state, feed: 'changelog' })],
    ['no feed’s', JSON.stringify({ ...state, feed: 'atom' })],
    ['of another format', JSON.stringify({ ...state, pending: ['requests'] })],
    ['of a format without nodes', JSON.stringify({ ...state, nodes: undefined })],
    [
      'too many releases of one project',
      JSON.stringify({
        ...state,
        pending: [{ ...state.pending[0], releases: Array.from({ length: 65 }, () => '1.0') }],
      }),
    ],
    ['cut off', JSON.stringify(state).slice(0, -1)],
    ['empty', ''],
    ['null', 'null'],
  ])('is no state where there is %s', async (_, text) => {
    if (text !== undefined) await store.set(FOLLOW_KEYS.state, text, 60);
    expect(await readState(store, 'rss')).toBeUndefined();
  });

  test('returns nothing while the store fails', async () => {
    await createStateWriter(store)(state);
    const flaky = makeFlaky(store);
    flaky.fails();
    expect(await readState(flaky.store, 'rss')).toBeUndefined();
  });
});

describe('createStateWriter', () => {
  test('writes a changed state at once', async () => {
    const write = createStateWriter(store, clock.read);
    for (let second = 0; second < 30; second += 1) await write({ ...state });
    expect(writes).toBe(1);
    await write({ ...state, position: 'next' });
    expect(writes).toBe(2);
    expect(await readState(store, 'rss')).toMatchObject({ position: 'next' });
  });

  test('writes the same state again within a minute, in case the store has lost it', async () => {
    const write = createStateWriter(store, clock.read);
    await write(state);
    await store.set(FOLLOW_KEYS.state, '', 60);
    clock.nowMs += MINUTE;
    await write(state);
    expect(await readState(store, 'rss')).toEqual(state);
  });

  test('writes the state once the store recovers', async () => {
    const flaky = makeFlaky(store);
    const write = createStateWriter(flaky.store, clock.read);
    flaky.fails();
    await write(state);
    flaky.recovers();
    clock.nowMs += MINUTE;
    await write(state);
    expect(await readState(store, 'rss')).toEqual(state);
  });

  test('keeps the state alive through weeks without a release', async () => {
    const write = createStateWriter(store, clock.read);
    for (let day = 0; day < 21; day += 1, clock.nowMs += DAY) await write(state);
    expect(await readState(store, 'rss')).toEqual(state);
  });
});
