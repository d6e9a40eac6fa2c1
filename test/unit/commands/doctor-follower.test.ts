import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Store } from '../../../cache/store/contract.ts';
import { checkFollower } from '../../../src/commands/doctor-follower.ts';
import type { Finding } from '../../../src/commands/finding.ts';
import { type FollowerStatus, writeStatus } from '../../../src/follow/state/status.ts';
import { LAG_BOUNDS_SECONDS } from '../../../src/metrics.ts';
import { pass } from '../cache/facts/harness.ts';
import { openStore } from '../follow/harness.ts';

const NO_LAGS = Array.from({ length: LAG_BOUNDS_SECONDS.length + 1 }, () => 0);
const FOLLOWER: FollowerStatus = {
  feed: 'rss',
  beat: 0,
  leadingSinceMs: 0,
  pollAgeMs: 7_000,
  isBehind: false,
  serial: null,
  pollFailures: 0,
  seen: 0,
  followed: 0,
  refreshed: 0,
  unmoved: 0,
  purged: 0,
  purgeFailures: 0,
  pending: 0,
  lags: NO_LAGS.with(1, 1).with(2, 2).with(4, 1),
  nodesBehind: [],
};

let store: Store;
beforeEach(() => {
  vi.useFakeTimers({ fakeNodeBuiltins: true });
  store = openStore(() => Date.now());
});
afterEach(() => {
  vi.useRealTimers();
});

/** What is found of a follower that says this, and then that. */
async function find(first: FollowerStatus, then: FollowerStatus = first): Promise<Finding> {
  await writeStatus(store, first);
  const finding = checkFollower(store);
  await pass(1_000);
  await writeStatus(store, then);
  await pass(10_000);
  return finding;
}

test.each<[string, Partial<FollowerStatus>, string, RegExp]>([
  [
    'one that is well',
    {},
    'ok',
    /^rss answered 7 s ago; median lag of 4 purged releases: at most 20 s$/,
  ],
  ['one that has purged nothing', { lags: NO_LAGS }, 'ok', /no release purged yet$/],
  ['one that is behind', { isBehind: true }, 'warn', /it is behind$/],
  ['a feed that has not answered', { pollAgeMs: null }, 'warn', /^rss not answered yet/],
  ['a node that is behind', { nodesBehind: ['http://node'] }, 'warn', /edge nodes miss purges$/],
])('%s', async (_, says, status, detail) => {
  const finding = await find({ ...FOLLOWER, ...says }, { ...FOLLOWER, ...says, beat: 1 });
  expect(finding).toMatchObject({ check: 'follower', status });
  expect(finding.detail).toMatch(detail);
});

test('one that is silent: what it said last lies in the store', async () => {
  expect(await find(FOLLOWER)).toMatchObject({
    status: 'warn',
    detail: 'no follower: the last one has stopped',
    advice: 'the edge keeps facts for ten minutes; run `pypins follow`',
  });
});
