import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Store } from '../../../cache/store/contract.ts';
import { checkFollower } from '../../../src/commands/doctor/follower.ts';
import type { Finding } from '../../../src/commands/doctor/finding.ts';
import { FOLLOW_KEYS } from '../../../src/follow/keys.ts';
import { LEASE_MS } from '../../../src/follow/leader.ts';
import { type FollowerStatus, createStatusWriter } from '../../../src/follow/state/status.ts';
import { IDLE_FOLLOWER } from '../../support/follower-status.ts';
import { pass } from '../cache/facts/harness.ts';
import { openStore } from '../follow/harness.ts';

const FOLLOWER: FollowerStatus = {
  ...IDLE_FOLLOWER,
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

/** Checks a follower that renews its lease, or has been killed. */
async function find(status: FollowerStatus, isAlive = true, isHere = false): Promise<Finding> {
  await createStatusWriter(store)(status);
  const answer = await store.acquireLease(FOLLOW_KEYS.lease, LEASE_MS);
  const finding = checkFollower(store, async () => isHere);
  await pass(1_000);
  if (isAlive && answer.state === 'granted') await answer.lease.renew(LEASE_MS);
  await pass(10_000);
  return finding;
}

test.each<[string, Partial<FollowerStatus>, string, RegExp]>([
  [
    'a healthy follower',
    {},
    'ok',
    /^follows rss, which answers; median lag of 4 purged releases: at most 20 s$/,
  ],
  [
    'a follower that has purged nothing',
    { lags: IDLE_FOLLOWER.lags },
    'ok',
    /no release purged yet$/,
  ],
  ['a follower that is behind', { isBehind: true }, 'warn', /it is behind$/],
  ['a feed that has not answered', { pollAgeMs: null }, 'warn', /which has not answered yet/],
  [
    'a node that misses purges',
    { nodesBehind: ['http://node'] },
    'warn',
    /edge nodes miss purges$/,
  ],
])('reports %s', async (_, says, status, detail) => {
  const finding = await find({ ...FOLLOWER, ...says });
  expect(finding).toMatchObject({ check: 'follower', status });
  expect(finding.detail).toMatch(detail);
});

test('warns about a follower that was killed, whose lease and last report are there', async () => {
  expect(await find(FOLLOWER, false)).toMatchObject({
    status: 'warn',
    detail: 'the last one has stopped',
    advice: 'Run `pypins follow`. The edge keeps facts for ten minutes meanwhile.',
  });
});

test('waits for the first report of a follower that runs on this machine', async () => {
  const finding = checkFollower(store, async () => true);
  await pass(1_000);
  await store.acquireLease(FOLLOW_KEYS.lease, LEASE_MS);
  await pass(1_000);
  await createStatusWriter(store)(FOLLOWER);
  await pass(10_000);
  expect(await finding).toMatchObject({ status: 'ok' });
});

test('does not advise to run a follower that runs, but reports elsewhere', async () => {
  expect(await find(FOLLOWER, false, true)).toMatchObject({
    status: 'warn',
    detail: 'runs on this machine, but does not report to this store',
    advice: 'Give it the same settings of Redis, or the same CACHE_DIR, and restart it.',
  });
});
