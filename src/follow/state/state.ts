import { z } from 'zod';
import type { Store } from '../../../cache/store/contract.ts';
import { pendingSchema } from '../changes/queue.ts';
import { FOLLOW_KEYS } from '../keys.ts';
import { parseJson } from '../../parse-json.ts';
import { createRewrite } from './rewrite.ts';

const STATE_TTL_SECONDS = 7 * 86_400;

/**
 * The follower's progress, from which the next leader continues, even after kill -9. Stored: during a rolling upgrade,
 * followers of different versions read each other's state.
 */
const stateSchema = z.object({
  feed: z.enum(['rss', 'changelog']),
  /** The feed's position; undefined: start from now. */
  position: z.string().optional(),
  pending: z.array(pendingSchema),
  /** Time of a gap in the feed that is not repaired yet. */
  gapAtMs: z.number().optional(),
  /** Time up to which each node has taken all purges. */
  nodes: z.record(z.string(), z.number()),
  /** The last daily load of pypistats.org whose popular downloads are refreshed. */
  downloadsAtMs: z.number().optional(),
});
export type FollowState = z.infer<typeof stateSchema>;

/** Writes a state when it has changed. */
export function createStateWriter(
  store: Store,
  clock?: () => number,
): (state: FollowState) => Promise<void> {
  return createRewrite({ store, key: FOLLOW_KEYS.state, ttlSeconds: STATE_TTL_SECONDS, clock });
}

/** The stored state; undefined where there is none, or its feed or format differs. */
export async function readState(
  store: Store,
  feed: FollowState['feed'],
): Promise<FollowState | undefined> {
  const state = parseJson(stateSchema, await store.get(FOLLOW_KEYS.state));
  return state?.feed === feed ? state : undefined;
}
