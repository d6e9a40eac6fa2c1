import type { FollowerStatus } from '../../src/follow/state/status.ts';
import { LAG_BOUNDS_SECONDS } from '../../src/metrics.ts';

/** The status of a follower that is up to date and has seen nothing yet. */
export const IDLE_FOLLOWER: FollowerStatus = {
  feed: 'rss',
  beat: 0,
  leadingSinceMs: 0,
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
