import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Lease, Store } from '../../../../cache/store/contract.ts';
import { FOLLOW_KEYS } from '../../../../src/follow/keys.ts';
import { type FollowerStatus, createStatusWriter } from '../../../../src/follow/state/status.ts';
import { type FollowerWatch, watchFollower } from '../../../../src/follow/state/watch.ts';
import { IDLE_FOLLOWER } from '../../../support/follower-status.ts';
import { DAY, NOW, pass, SECOND } from '../../cache/facts/harness.ts';
import { makeFlaky, openStore } from '../harness.ts';

const LOOK_MS = 5 * SECOND;
/** The lease of a killed follower ends after 15 seconds, and is looked for a little longer. */
const LEASE_MS = 15 * SECOND;
const SILENT_MS = 30 * SECOND;

const well: FollowerStatus = { ...IDLE_FOLLOWER, leadingSinceMs: NOW };

let store: Store;
let lease: Lease | undefined;
let watches: FollowerWatch[];

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  store = openStore(() => Date.now());
  lease = undefined;
  watches = [];
});
afterEach(() => {
  for (const watch of watches) watch.close();
  vi.useRealTimers();
});

async function watchOf(over = store): Promise<FollowerWatch> {
  const watch = await watchFollower(over);
  watches.push(watch);
  return watch;
}

/** A follower leads, or still does, and says this; it is looked for. */
async function beat(status: Partial<FollowerStatus> = {}): Promise<void> {
  const answer = await store.acquireLease(FOLLOW_KEYS.lease, LEASE_MS);
  if (answer.state === 'granted') ({ lease } = answer);
  await lease?.renew(LEASE_MS);
  await createStatusWriter(store)({ ...well, ...status });
  await pass(LOOK_MS);
}

/** A web process that has heard of a follower. */
async function watchOfOneThatFollows(over = store): Promise<FollowerWatch> {
  const watch = await watchOf(over);
  await beat();
  expect(watch.isFollowing()).toBe(true);
  return watch;
}

describe('releases are not followed', () => {
  test('before the first follower', async () => {
    const watch = await watchOf();
    await pass(10 * SILENT_MS);
    expect(watch.isFollowing()).toBe(false);
    expect(watch.last()).toBeUndefined();
  });

  test.each([
    { found: 'at the start', storeIsThere: true },
    { found: 'later, since the store was not there', storeIsThere: false },
  ])('by a word of a dead one that is found $found', async ({ storeIsThere }) => {
    await createStatusWriter(store)(well);
    const flaky = makeFlaky(store);
    if (!storeIsThere) flaky.fails();
    const watch = await watchOf(flaky.store);
    await pass(2 * LOOK_MS);
    flaky.recovers();
    await pass(LOOK_MS);
    expect(watch.last()?.status).toEqual(well);
    expect(watch.isFollowing()).toBe(false);
    // Only somebody who lives says another.
    await beat();
    expect(watch.isFollowing()).toBe(true);
  });

  test.each(['no JSON', '{}', JSON.stringify({ ...well, lags: [] }), '"text"'])(
    'with an invalid status: %s',
    async (text) => {
      const watch = await watchOfOneThatFollows();
      await store.set(FOLLOW_KEYS.status, text, 60);
      await pass(SILENT_MS + LOOK_MS);
      expect(watch.isFollowing()).toBe(false);
    },
  );

  test('30 seconds after the end of a follower, until the next one', async () => {
    const watch = await watchOfOneThatFollows();
    await pass(LEASE_MS - LOOK_MS);
    expect(watch.isFollowing()).toBe(true);
    await pass(SILENT_MS - LEASE_MS);
    expect(watch.isFollowing()).toBe(false);
    await beat();
    expect(watch.isFollowing()).toBe(true);
  });

  test('while there is only the lease of one whose clock was set back', async () => {
    await store.acquireLease(FOLLOW_KEYS.lease, DAY);
    await createStatusWriter(store)(well);
    const watch = await watchOf();
    expect(watch.isFollowing()).toBe(false);
  });

  test('before the first answer of the feed', async () => {
    const watch = await watchOfOneThatFollows();
    await beat({ pollAgeMs: null });
    expect(watch.isFollowing()).toBe(false);
  });

  test('while the follower is behind', async () => {
    const watch = await watchOfOneThatFollows();
    await beat({ isBehind: true });
    expect(watch.isFollowing()).toBe(false);
    await beat();
    expect(watch.isFollowing()).toBe(true);
  });

  test('while the store fails, since the follower misses what is requested', async () => {
    const flaky = makeFlaky(store);
    const watch = await watchOfOneThatFollows(flaky.store);
    flaky.fails();
    expect(watch.isFollowing()).toBe(false);
    flaky.recovers();
    expect(watch.isFollowing()).toBe(true);
  });
});

test('setting this process’s clock changes nothing', async () => {
  const watch = await watchOfOneThatFollows();
  vi.setSystemTime(NOW + SILENT_MS * 10);
  expect(watch.isFollowing()).toBe(true);
  vi.setSystemTime(NOW - DAY);
  await pass(SILENT_MS + LOOK_MS);
  expect(watch.isFollowing()).toBe(false);
});

test('returns the last status, its age if it is known, and since when nobody has led', async () => {
  await createStatusWriter(store)(well);
  const watch = await watchOf();
  expect(watch.last()).toEqual({ status: well, ageMs: Infinity, silentMs: Infinity });
  await beat();
  expect(watch.last()).toEqual({ status: well, ageMs: Infinity, silentMs: 0 });
  await beat({ purged: 7 });
  await pass(2 * SECOND);
  const age = { ageMs: 2 * SECOND, silentMs: 2 * SECOND };
  expect(watch.last()).toMatchObject({ status: { purged: 7 }, ...age });
});

test('a watch that is closed looks no more', async () => {
  const watch = await watchOf();
  watch.close();
  expect(vi.getTimerCount()).toBe(0);
});
