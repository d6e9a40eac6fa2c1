import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Store } from '../../../cache/store/contract.ts';
import { checkFollower } from '../../../src/commands/doctor/follower.ts';
import type { Finding } from '../../../src/commands/doctor/finding.ts';
import { type FollowerStatus, writeStatus } from '../../../src/follow/state/status.ts';
import { IDLE_FOLLOWER } from '../../support/follower-status.ts';
import { pass } from '../cache/facts/harness.ts';
import { openStore } from '../follow/harness.ts';

const FOLLOWER: FollowerStatus = {
  ...IDLE_FOLLOWER,
  pollAgeMs: 7_000,
  lags: IDLE_FOLLOWER.lags.with(1, 1).with(2, 2).with(4, 1),
};

let store: Store;
beforeEach(() => {
  vi.useFakeTimers({ fakeNodeBuiltins: true });
  store = openStore(() => Date.now());
});
afterEach(() => {
  vi.useRealTimers();
});

/** Checks a follower that writes two reports. */
async function find(
  first: FollowerStatus,
  then: FollowerStatus = first,
  isHere = false,
): Promise<Finding> {
  await writeStatus(store, first);
  const finding = checkFollower(store, async () => isHere);
  await pass(1_000);
  await writeStatus(store, then);
  await pass(10_000);
  return finding;
}

test.each<[string, Partial<FollowerStatus>, string, RegExp]>([
  [
    'a healthy follower',
    {},
    'ok',
    /^rss answered 7 s ago; median lag of 4 purged releases: at most 20 s$/,
  ],
  [
    'a follower that has purged nothing',
    { lags: IDLE_FOLLOWER.lags },
    'ok',
    /no release purged yet$/,
  ],
  ['a follower that is behind', { isBehind: true }, 'warn', /it is behind$/],
  ['a feed that has not answered', { pollAgeMs: null }, 'warn', /^rss not answered yet/],
  [
    'a node that misses purges',
    { nodesBehind: ['http://node'] },
    'warn',
    /edge nodes miss purges$/,
  ],
])('reports %s', async (_, says, status, detail) => {
  const finding = await find({ ...FOLLOWER, ...says }, { ...FOLLOWER, ...says, beat: 1 });
  expect(finding).toMatchObject({ check: 'follower', status });
  expect(finding.detail).toMatch(detail);
});

test('warns about a follower that has stopped and left its last report', async () => {
  expect(await find(FOLLOWER)).toMatchObject({
    status: 'warn',
    detail: 'the last one has stopped',
    advice: 'Run `pypins follow`. The edge keeps facts for ten minutes meanwhile.',
  });
});

test('waits for the first report of a follower that runs on this machine', async () => {
  const finding = checkFollower(store, async () => true);
  await pass(1_000);
  await writeStatus(store, FOLLOWER);
  await pass(10_000);
  expect(await finding).toMatchObject({ status: 'ok' });
});

test('does not advise to run a follower that runs, but reports elsewhere', async () => {
  expect(await find(FOLLOWER, FOLLOWER, true)).toMatchObject({
    status: 'warn',
    detail: 'runs on this machine, but does not report to this store',
    advice: 'Give it the same settings of Redis, or the same CACHE_DIR, and restart it.',
  });
});
