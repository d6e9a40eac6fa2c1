import { z } from 'zod';
import type { Store } from '../../../cache/store/contract.ts';
import { LAG_BOUNDS_SECONDS } from '../../metrics.ts';
import { FOLLOW_KEYS } from '../keys.ts';
import { parseJson } from '../../parse-json.ts';

const STATUS_TTL_SECONDS = 86_400;

const count = z.number().int().nonnegative();

/**
 * Status of the leading follower, written every three seconds. Counts are since it took the lead. Stored: during a rolling
 * upgrade, processes of different versions read it.
 */
export const followerStatusSchema = z.object({
  feed: z.enum(['rss', 'changelog']),
  /** Grows with every status, so that readers need no clock that agrees with the follower's. */
  beat: count,
  leadingSinceMs: count,
  /** Age of the feed's last successful poll, in milliseconds; null before the first. */
  pollAgeMs: z.number().nonnegative().nullable(),
  /** A gap is being repaired, or a node has not taken all purges: the edge must not keep facts for a day. */
  isBehind: z.boolean(),
  serial: count.nullable(),
  pollFailures: count,
  /** Changes in the feed. */
  seen: count,
  /** Changes to projects that readers have requested. */
  followed: count,
  /** Refetches that confirmed a change. */
  refreshed: count,
  /** Refetches that did not confirm it yet. */
  unmoved: count,
  /** Projects purged at the nodes, and those whose purge failed there. */
  purged: count,
  purgeFailures: count,
  /** Changes that PyPI has not confirmed yet. */
  pending: count,
  /** How many purges came within each of `LAG_BOUNDS_SECONDS`; the last counts those that came later. */
  lags: z.array(count).length(LAG_BOUNDS_SECONDS.length + 1),
  /** Nodes of the edge that have not taken all purges. */
  nodesBehind: z.array(z.string()),
});
export type FollowerStatus = z.infer<typeof followerStatusSchema>;

/** Writes the status for all processes; it is lost silently when the store fails. */
export async function writeStatus(store: Store, status: FollowerStatus): Promise<void> {
  await store.set(FOLLOW_KEYS.status, JSON.stringify(status), STATUS_TTL_SECONDS);
}

/** The follower's last status; undefined where there is none, or the store fails. */
export async function readStatus(store: Store): Promise<FollowerStatus | undefined> {
  return parseJson(followerStatusSchema, await store.get(FOLLOW_KEYS.status));
}
