import { z } from 'zod';
import type { Store } from '../../../cache/store/contract.ts';
import { LAG_BOUNDS_SECONDS } from '../../metrics.ts';
import { FOLLOW_KEYS } from '../keys.ts';
import { parseJson } from '../../parse-json.ts';
import { createRewrite } from './rewrite.ts';

const STATUS_TTL_SECONDS = 86_400;

const count = z.number().int().nonnegative();

/**
 * Status of the leading follower. Counts are since it took the lead. Its lease tells whether it lives. Stored: during a
 * rolling upgrade, processes of different versions read it.
 */
export const followerStatusSchema = z.object({
  feed: z.enum(['rss', 'changelog']),
  leadingSinceMs: count,
  /** Successful polls of the feed. */
  polls: count.default(0),
  /** Age of the last of them when this was written, in milliseconds; null before the first. */
  pollAgeMs: z.number().nonnegative().nullable(),
  /**
   * A gap is being repaired, a node has not taken all purges, or the feed does not answer: the edge must not keep facts
   * for a day.
   */
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

/**
 * Creates the writer of the status for all processes. It writes at once what they act on; the counts and ages that they
 * read are up to a minute old.
 */
export function createStatusWriter(store: Store): (status: FollowerStatus) => Promise<void> {
  const rewrite = createRewrite({ store, key: FOLLOW_KEYS.status, ttlSeconds: STATUS_TTL_SECONDS });
  return (status) => {
    const { leadingSinceMs, isBehind, nodesBehind, pollAgeMs } = status;
    return rewrite(status, { leadingSinceMs, isBehind, nodesBehind, isHeard: pollAgeMs !== null });
  };
}

/** The follower's last status; undefined where there is none, or the store fails. */
export async function readStatus(store: Store): Promise<FollowerStatus | undefined> {
  return parseJson(followerStatusSchema, await store.get(FOLLOW_KEYS.status));
}
