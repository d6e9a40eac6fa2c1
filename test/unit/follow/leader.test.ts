import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Store } from '../../../cache/store/contract.ts';
import { FOLLOW_KEYS } from '../../../src/follow/keys.ts';
import { whileLeading } from '../../../src/follow/leader.ts';
import { MINUTE, NOW, pass, SECOND } from '../cache/facts/harness.ts';
import { makeFlaky, openStore } from './harness.ts';

const LEASE_MS = 15 * SECOND;
const TAKEN_OVER_MS = 20 * SECOND;
const RENEWED_MS = 4 * SECOND;

/** A process that stands by or leads. */
interface Follower {
  isLeading: boolean;
  timesLed: number;
  readonly stop: () => Promise<void>;
  readonly ended: Promise<void>;
}

let store: Store;
let followers: Follower[];

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, fakeNodeBuiltins: true });
  store = openStore(() => Date.now());
  followers = [];
});
afterEach(async () => {
  await Promise.all(followers.map((each) => each.stop()));
  vi.useRealTimers();
});

function startFollower(over: Store = store): Follower {
  const stop = new AbortController();
  const work = async (signal: AbortSignal): Promise<void> => {
    follower.isLeading = true;
    follower.timesLed += 1;
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    follower.isLeading = false;
  };
  const ended = whileLeading(over, stop.signal, work);
  const follower: Follower = {
    isLeading: false,
    timesLed: 0,
    ended,
    stop: () => (stop.abort(), ended),
  };
  followers.push(follower);
  return follower;
}

async function startTwo(over: Store = store): Promise<[Follower, Follower]> {
  const first = startFollower(over);
  await pass(0);
  const second = startFollower();
  await pass(0);
  return [first, second];
}

describe('of two followers', () => {
  test('one leads for as long as it runs', async () => {
    const [first, second] = await startTwo();
    await pass(10 * MINUTE);
    expect([first.isLeading, second.isLeading]).toEqual([true, false]);
    expect(first.timesLed).toBe(1);
  });

  test('the other takes over soon when the first is stopped', async () => {
    const [first, second] = await startTwo();
    await first.stop();
    expect(first.isLeading).toBe(false);
    await pass(RENEWED_MS);
    expect(second.isLeading).toBe(true);
  });

  test.each([0, 1, 2, 3, 5, 7, 11, 13])(
    'the other takes over within 20 s when the first is killed, %d s after its start',
    async (seconds) => {
      // It asked for the lead, and is never heard of again.
      await store.acquireLease(FOLLOW_KEYS.lease, LEASE_MS);
      await pass(seconds * SECOND);
      const other = startFollower();
      await pass(LEASE_MS - seconds * SECOND - 1);
      expect(other.isLeading).toBe(false);
      await pass(TAKEN_OVER_MS - LEASE_MS);
      expect(other.isLeading).toBe(true);
    },
  );

  test('one that lost its connection to the store stops leading when it learns that the other leads', async () => {
    const flaky = makeFlaky(store);
    const [first, second] = await startTwo(flaky.store);
    flaky.fails();
    await pass(TAKEN_OVER_MS);
    expect(second.isLeading).toBe(true);
    flaky.recovers();
    await pass(RENEWED_MS);
    expect([first.isLeading, second.isLeading]).toEqual([false, true]);
    // It stands by from then on.
    await second.stop();
    await pass(RENEWED_MS);
    expect(first.isLeading).toBe(true);
    expect(first.timesLed).toBe(2);
  });
});

describe('a store that fails', () => {
  test('does not change the leader', async () => {
    const flaky = makeFlaky(store);
    const follower = startFollower(flaky.store);
    await pass(SECOND);
    flaky.fails();
    await pass(10 * MINUTE);
    flaky.recovers();
    await pass(MINUTE);
    expect(follower.isLeading).toBe(true);
    expect(follower.timesLed).toBe(1);
  });

  test('lets nobody lead until it answers', async () => {
    const flaky = makeFlaky(store);
    flaky.fails();
    const follower = startFollower(flaky.store);
    await pass(MINUTE);
    expect(follower.timesLed).toBe(0);
    flaky.recovers();
    await pass(RENEWED_MS);
    expect(follower.isLeading).toBe(true);
  });

  test('that has lost the lease lets a follower take it again', async () => {
    const flaky = makeFlaky(store);
    const follower = startFollower(flaky.store);
    await pass(SECOND);
    flaky.isEmptied();
    await pass(2 * RENEWED_MS);
    expect(follower.isLeading).toBe(true);
    expect(follower.timesLed).toBe(2);
  });
});

test('a standby stops at once', async () => {
  const [, second] = await startTwo();
  await second.stop();
  expect(second.timesLed).toBe(0);
});

test('nothing runs on after the end', async () => {
  for (const follower of await startTwo()) await follower.stop();
  expect(vi.getTimerCount()).toBe(0);
});

test('work that fails releases the lead and rejects', async () => {
  const work = (): Promise<void> => Promise.reject(new Error('cannot be done'));
  const leading = whileLeading(store, new AbortController().signal, work);
  await expect(leading).rejects.toThrow('cannot be done');
  expect(await store.acquireLease(FOLLOW_KEYS.lease, SECOND)).toMatchObject({ state: 'granted' });
});
