import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Store } from '../../../../cache/store/contract.ts';
import { FOLLOW_KEYS } from '../../../../src/follow/keys.ts';
import { type FollowerStatus, writeStatus } from '../../../../src/follow/state/status.ts';
import { type FollowerWatch, watchFollower } from '../../../../src/follow/state/watch.ts';
import { IDLE_FOLLOWER } from '../../../support/follower-status.ts';
import { DAY, NOW, pass, SECOND } from '../../cache/facts/harness.ts';
import { makeFlaky, openStore } from '../harness.ts';

const LOOK_MS = 5 * SECOND;
const SILENT_MS = 30 * SECOND;
const LATE_MS = 90 * SECOND;

const well: FollowerStatus = { ...IDLE_FOLLOWER, beat: NOW, leadingSinceMs: NOW };

let store: Store;
let beats: number;
let watches: FollowerWatch[];

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  store = openStore(() => Date.now());
  beats = 0;
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

/** The follower says something new, and it is looked for. */
async function beat(status: Partial<FollowerStatus> = {}, afterMs = LOOK_MS): Promise<void> {
  beats += 1;
  await writeStatus(store, { ...well, beat: NOW + beats, ...status });
  await pass(afterMs);
}

/** A web process that has heard of a follower more than once. */
async function watchOfOneThatFollows(over = store): Promise<FollowerWatch> {
  const watch = await watchOf(over);
  await beat();
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
    await writeStatus(store, well);
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

  test('after 30 seconds without a status, until the next one', async () => {
    const watch = await watchOfOneThatFollows();
    const { ageMs = NaN } = watch.last() ?? {};
    await pass(SILENT_MS - ageMs);
    expect(watch.isFollowing()).toBe(true);
    await pass(1);
    expect(watch.isFollowing()).toBe(false);
    await beat();
    expect(watch.isFollowing()).toBe(true);
  });

  test('when the feed has not answered for 90 seconds, however many statuses come', async () => {
    const watch = await watchOfOneThatFollows();
    await beat({ pollAgeMs: LATE_MS - 2 * LOOK_MS }, LOOK_MS);
    const { ageMs = NaN } = watch.last() ?? {};
    expect(watch.isFollowing()).toBe(true);
    await pass(2 * LOOK_MS - ageMs - 1);
    expect(watch.isFollowing()).toBe(true);
    await pass(1);
    expect(watch.isFollowing()).toBe(false);
    await beat({ pollAgeMs: LATE_MS });
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

test.each([
  ['a year ahead', 365 * DAY],
  ['a year behind', -365 * DAY],
])('the clock of the follower may be %s, and be set', async (_, skewMs) => {
  const watch = await watchOf();
  for (const at of [0, 3, 6, -3_600, 7_200]) {
    const now = NOW + skewMs + at * SECOND;
    await beat({ beat: now, leadingSinceMs: NOW + skewMs });
  }
  expect(watch.isFollowing()).toBe(true);
  await pass(SILENT_MS + LOOK_MS);
  expect(watch.isFollowing()).toBe(false);
});

test('setting this process’s clock changes nothing', async () => {
  const watch = await watchOfOneThatFollows();
  vi.setSystemTime(NOW + SILENT_MS * 10);
  expect(watch.isFollowing()).toBe(true);
  vi.setSystemTime(NOW - DAY);
  await pass(SILENT_MS + LOOK_MS);
  expect(watch.isFollowing()).toBe(false);
});

test('returns the last status and its age', async () => {
  const watch = await watchOfOneThatFollows();
  await beat({ purged: 7 }, LOOK_MS);
  await pass(2 * SECOND);
  expect(watch.last()).toMatchObject({ status: { purged: 7 }, ageMs: 2 * SECOND });
});

test('a watch that is closed looks no more', async () => {
  const watch = await watchOf();
  watch.close();
  expect(vi.getTimerCount()).toBe(0);
});
