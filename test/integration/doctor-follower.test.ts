import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSqliteStore } from '../../cache/store/sqlite/store.ts';
import type { Store } from '../../cache/store/contract.ts';
import { checkFollower } from '../../src/commands/doctor-follower.ts';
import { type FollowerStatus, writeStatus } from '../../src/follow/state/status.ts';
import { LAG_BOUNDS_SECONDS } from '../../src/metrics.ts';
import { tempDirectoryForTest } from '../support/temp.ts';

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

async function startStore(): Promise<Store> {
  const path = join(await tempDirectoryForTest(), 'facts.sqlite');
  const store = createSqliteStore({ path, maxBytes: 1_000_000 });
  onTestFinished(() => store.close());
  return store;
}

test.each<[string, Partial<FollowerStatus>, string, RegExp]>([
  [
    'one that is well',
    {},
    'ok',
    /^rss answered 7 s ago; half of 4 releases purged .* at most 20 s$/,
  ],
  ['one that has purged nothing', { lags: NO_LAGS }, 'ok', /no release purged yet$/],
  ['one that is behind', { isBehind: true }, 'warn', /it is behind$/],
  ['a feed that has not answered', { pollAgeMs: null }, 'warn', /^rss not answered yet/],
  ['a node that is behind', { nodesBehind: ['http://node'] }, 'warn', /nodes .* are behind$/],
])('%s', async (_, says, status, detail) => {
  const store = await startStore();
  let beat = 0;
  const tell = () => writeStatus(store, { ...FOLLOWER, ...says, beat: (beat += 1) });
  await tell();
  const timer = setInterval(() => void tell(), 100);
  const finding = await checkFollower(store);
  clearInterval(timer);
  expect(finding).toMatchObject({ check: 'follower', status });
  expect(finding.detail).toMatch(detail);
});

test('one that is silent: what it said last lies in the store', async () => {
  const store = await startStore();
  await writeStatus(store, FOLLOWER);
  expect(await checkFollower(store)).toMatchObject({
    status: 'warn',
    detail: 'no follower: the last one is silent',
    advice: 'the edge keeps facts for ten minutes; run `pypins follow`',
  });
});
