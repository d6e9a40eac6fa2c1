import type { Store } from '../../../cache/store.ts';
import { HELD } from '../popularity.ts';
import type { Change } from '../feeds/feed.ts';
import { FOLLOW_KEYS } from '../keys.ts';

/** In the place of a project's name: all that the edge has. No project is named so. */
export const EVERYTHING = '*';

/**
 * The changes of projects whose badges we hold, or have said of that they do not exist: all others cost nothing. Where
 * the store cannot tell, all of them.
 */
export async function changesHeld(store: Store, changes: readonly Change[]): Promise<Change[]> {
  const names = [...new Set(changes.map(({ project }) => project))];
  const [held, missing] = await Promise.all([
    store.rankedOf(FOLLOW_KEYS.held, names),
    store.rankedOf(FOLLOW_KEYS.missing, names),
  ]);
  if (held === undefined || missing === undefined) return [...changes];
  const ours = new Set([...held, ...missing]);
  return changes.filter(({ project }) => ours.has(project));
}

/**
 * False, once, where the store has lost what it was told of (a Redis that keeps nothing on disk does with each restart): the
 * edge may then have badges for a day of which nobody knows. Told by a mark in the ranking itself; true where the store fails.
 */
export async function isHeldWhole(store: Store): Promise<boolean> {
  const isMarked = async (): Promise<boolean | undefined> =>
    (await store.rankedOf(FOLLOW_KEYS.held, [EVERYTHING]))?.includes(EVERYTHING);
  const wasMarked = await isMarked();
  if (wasMarked === undefined) return true;
  const mark = new Map([[EVERYTHING, Number.MAX_SAFE_INTEGER]]);
  await store.rank(FOLLOW_KEYS.held, mark, HELD);
  // A store that can be read only would lose it again and again.
  return wasMarked || (await isMarked()) !== true;
}
