import { onTestFinished } from 'vitest';
import type { Store } from '../../cache/store/contract.ts';
import { FOLLOW_KEYS } from '../../src/follow/keys.ts';
import { LEASE_MS } from '../../src/follow/leader.ts';
import type { FollowerStatus } from '../../src/follow/state/status.ts';
import { LAG_BOUNDS_SECONDS } from '../../src/metrics.ts';

/** The status of a follower that is up to date and has seen nothing yet. */
export const IDLE_FOLLOWER: FollowerStatus = {
  feed: 'rss',
  leadingSinceMs: 0,
  polls: 1,
  pollAgeMs: 0,
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
  lags: Array.from({ length: LAG_BOUNDS_SECONDS.length + 1 }, () => 0),
  nodesBehind: [],
};

/** Takes the lease of a leading follower, and renews it each second until the test ends. */
export async function lead(store: Store): Promise<void> {
  const answer = await store.acquireLease(FOLLOW_KEYS.lease, LEASE_MS);
  if (answer.state !== 'granted') throw new Error('another follower leads');
  const timer = setInterval(() => void answer.lease.renew(LEASE_MS), 1_000);
  onTestFinished(() => clearInterval(timer));
}
