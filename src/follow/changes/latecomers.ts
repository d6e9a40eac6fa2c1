import type { Store } from '../../../cache/store/contract.ts';
import type { Change } from '../feeds/feed.ts';
import { requestedChanges } from './requested.ts';

/** For so long after a change, PyPI's CDN may serve the old page while it fetches the new one. */
export const OLD_PAGES_MS = 330_000;
const MAX_REMEMBERED = 2_000;

/**
 * Filters changes: those to requested projects, and recent ones to projects first requested after the change. The first
 * request may have fetched PyPI's old page, whose badge the edge would keep for a day.
 */
export function createLatecomers(
  store: Store,
  clock: () => number,
): (changes: readonly Change[]) => Promise<Change[]> {
  let remembered: { readonly change: Change; readonly seenAtMs: number }[] = [];

  return async (changes) => {
    const nowMs = clock();
    const all = remembered
      .filter(({ seenAtMs }) => Math.abs(nowMs - seenAtMs) < OLD_PAGES_MS)
      .concat(changes.map((change) => ({ change, seenAtMs: nowMs })));
    const requested = await requestedChanges(
      store,
      all.map(({ change }) => change),
    );
    const ours = new Set(requested);
    remembered = all.filter(({ change }) => !ours.has(change)).slice(-MAX_REMEMBERED);
    return requested;
  };
}
