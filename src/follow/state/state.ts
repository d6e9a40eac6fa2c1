import { z } from 'zod';
import type { Store } from '../../../cache/store/contract.ts';
import { pendingSchema } from '../changes/queue.ts';
import { FOLLOW_KEYS } from '../keys.ts';
import { parseJson } from '../../parse-json.ts';

const STATE_TTL_SECONDS = 7 * 86_400;
/** A store that lost the state has it again after this time; it does not expire while a follower leads. */
const REWRITTEN_MS = 60_000;

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

/** Writes a state when it has changed, or after a minute. A write that fails is lost; the next one makes up for it. */
export function createStateWriter(
  store: Store,
  clock: () => number = () => performance.now(),
): (state: FollowState) => Promise<void> {
  let last = { text: '', atMs: 0 };
  return async (state) => {
    const next = { text: JSON.stringify(state), atMs: clock() };
    if (next.text === last.text && next.atMs - last.atMs < REWRITTEN_MS) return;
    last = next;
    await store.set(FOLLOW_KEYS.state, next.text, STATE_TTL_SECONDS);
  };
}

/** The stored state; undefined where there is none, or its feed or format differs. */
export async function readState(
  store: Store,
  feed: FollowState['feed'],
): Promise<FollowState | undefined> {
  const state = parseJson(stateSchema, await store.get(FOLLOW_KEYS.state));
  return state?.feed === feed ? state : undefined;
}
