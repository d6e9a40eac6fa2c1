import type { Store } from '../../../cache/store.ts';
import type { Change } from '../feeds/feed.ts';
import { changesHeld } from './requested.ts';

/** PyPI's CDN shows a page from before a change while it asks for the new one: to the first who ask, for so long. */
export const OLD_PAGES_MS = 330_000;
const MAX_REMEMBERED = 2_000;

/**
 * Gives those of the changes that concern us, and those of the last minutes that do by now: whoever is the first to ask for a
 * project may have been given the old page, and the edge would keep its badge for a day.
 */
export function createLatecomers(
  store: Store,
  clock: () => number,
): (changes: readonly Change[]) => Promise<Change[]> {
  let remembered: { readonly change: Change; readonly toldAtMs: number }[] = [];

  return async (changes) => {
    const nowMs = clock();
    const all = remembered
      .filter(({ toldAtMs }) => Math.abs(nowMs - toldAtMs) < OLD_PAGES_MS)
      .concat(changes.map((change) => ({ change, toldAtMs: nowMs })));
    const held = await changesHeld(
      store,
      all.map(({ change }) => change),
    );
    const ours = new Set(held);
    remembered = all.filter(({ change }) => !ours.has(change)).slice(-MAX_REMEMBERED);
    return held;
  };
}
