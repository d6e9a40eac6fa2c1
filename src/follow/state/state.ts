import { z } from 'zod';
import type { Store } from '../../../cache/store.ts';
import { pendingSchema } from '../changes/queue.ts';
import { FOLLOW_KEYS } from '../keys.ts';

const STATE_TTL_SECONDS = 7 * 86_400;
/** So soon it is there again in a store that has lost it, and it never outlives its time while somebody leads. */
const REWRITTEN_MS = 60_000;

/** How far the follower has come: what the next leader goes on from, also after kill -9. */
const stateSchema = z.object({
  feed: z.enum(['rss', 'changelog']),
  /** The feed's position; undefined: begin from now. */
  position: z.string().optional(),
  pending: z.array(pendingSchema),
  /** Changes were missed then, and not all that is held has been made due since. */
  gapAtMs: z.number().optional(),
  nodes: z.record(z.string(), z.number()),
  /** The daily load of pypistats.org that has been followed. */
  downloadsAtMs: z.number().optional(),
});
export type FollowState = z.infer<typeof stateSchema>;

/** Writes states; one that is as the last one was, once a minute. Lost when the store fails: then the next one counts. */
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

/** The state that was kept; undefined where there is none, or it is of another feed or format. */
export async function readState(
  store: Store,
  feed: FollowState['feed'],
): Promise<FollowState | undefined> {
  const text = await store.get(FOLLOW_KEYS.state);
  if (text === undefined) return undefined;
  try {
    const state = stateSchema.safeParse(JSON.parse(text)).data;
    return state?.feed === feed ? state : undefined;
  } catch {
    return undefined;
  }
}
