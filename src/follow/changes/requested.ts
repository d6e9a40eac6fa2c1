import type { Store } from '../../../cache/store/contract.ts';
import { EVERYTHING } from '../../edge/tags.ts';
import type { Change } from '../feeds/feed.ts';
import { FOLLOW_KEYS } from '../keys.ts';
import { REQUESTED } from '../popularity.ts';

/**
 * The changes to projects that readers have requested, whether PyPI knew them or not; only these are followed. All
 * changes while the store fails.
 */
export async function requestedChanges(
  store: Store,
  changes: readonly Change[],
): Promise<Change[]> {
  const names = [...new Set(changes.map(({ project }) => project))];
  const [requested, missing] = await Promise.all([
    store.rankedOf(FOLLOW_KEYS.held, names),
    store.rankedOf(FOLLOW_KEYS.missing, names),
  ]);
  if (requested === undefined || missing === undefined) return [...changes];
  const ours = new Set([...requested, ...missing]);
  return changes.filter(({ project }) => ours.has(project));
}

/**
 * Returns false, once, when the store has lost the ranking of requested projects, as a Redis without persistence does on
 * restart: the edge may then keep badges that the follower does not know of. A mark in the ranking tells. True while the
 * store fails.
 */
export async function isRankingComplete(store: Store): Promise<boolean> {
  const isMarked = async (): Promise<boolean | undefined> =>
    (await store.rankedOf(FOLLOW_KEYS.held, [EVERYTHING]))?.includes(EVERYTHING);
  const wasMarked = await isMarked();
  if (wasMarked === undefined) return true;
  const mark = new Map([[EVERYTHING, Number.MAX_SAFE_INTEGER]]);
  await store.rank(FOLLOW_KEYS.held, mark, REQUESTED);
  // A read-only store takes no mark: it must not count as a new loss each time.
  return wasMarked || (await isMarked()) !== true;
}
