import { z } from 'zod';
import type { Store } from '../../../cache/store.ts';
import { FOLLOW_KEYS } from '../keys.ts';

const STATUS_TTL_SECONDS = 86_400;

/** Seconds from a release's publication to its purge: the upper bounds of the histogram, and how many lay within each. */
export const LAG_BOUNDS_SECONDS = [5, 10, 20, 30, 45, 60, 90, 120, 300, 900, 3600] as const;

const count = z.number().int().nonnegative();

/** What the follower that leads says of itself, once every few seconds. Counts are since it took the lead. */
export const followerStatusSchema = z.object({
  feed: z.enum(['rss', 'changelog']),
  /** Changes with every message: who reads it needs no clock that agrees with ours. */
  beat: count,
  leadingSinceMs: count,
  /** How old the last good answer of the feed is, in milliseconds; null before the first. */
  pollAgeMs: z.number().nonnegative().nullable(),
  /** A gap is being made good, or a node has not taken all purges: the edge is not told to keep facts for a day. */
  isBehind: z.boolean(),
  serial: count.nullable(),
  pollFailures: count,
  /** Changes that the feed told of. */
  seen: count,
  /** Of these, those of projects that we hold. */
  followed: count,
  /** Refetches that brought the change. */
  refreshed: count,
  /** Refetches that did not, yet. */
  unmoved: count,
  /** Projects purged at the edge, and purges that a node did not take. */
  purged: count,
  purgeFailures: count,
  /** Changes that wait for PyPI to tell the truth. */
  pending: count,
  /** How many purges came within each of `LAG_BOUNDS_SECONDS`, and in the end, later. */
  lags: z.array(count).length(LAG_BOUNDS_SECONDS.length + 1),
  /** Nodes of the edge that have not taken all purges. */
  nodesBehind: z.array(z.string()),
});
export type FollowerStatus = z.infer<typeof followerStatusSchema>;

/** Tells all processes; lost silently when the store fails. */
export async function writeStatus(store: Store, status: FollowerStatus): Promise<void> {
  await store.set(FOLLOW_KEYS.status, JSON.stringify(status), STATUS_TTL_SECONDS);
}

/** What the follower said last; undefined where there never was one, or the store fails. */
export async function readStatus(store: Store): Promise<FollowerStatus | undefined> {
  const text = await store.get(FOLLOW_KEYS.status);
  if (text === undefined) return undefined;
  try {
    return followerStatusSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
