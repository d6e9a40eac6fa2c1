import type { Store } from '../../../cache/store/contract.ts';
import { EVERYTHING } from '../../edge/tags.ts';
import type { Sources } from '../../facts/sources.ts';
import { FOLLOW_KEYS } from '../keys.ts';
import { eachAtOnce } from '../loops.ts';
import { OLD_PAGES_MS } from './latecomers.ts';

const DAY_MS = 86_400_000;
const MAX_PROJECTS = 200_000;
const EXPIRED_AT_ONCE = 16;

/**
 * Repairs a gap in the feed: marks the facts of all recently requested projects stale, and purges the edge. Repeats this
 * when PyPI's CDN serves no old pages any more, since the first repair may have fetched some. PyPI is asked only for what
 * readers request, within the limits of any refresh.
 */
export interface GapRepair {
  /** Reports that changes were missed. */
  readonly open: (nowMs: number) => void;
  /** Call it every second. */
  readonly step: () => Promise<void>;
  /** Time at which the gap was found; undefined: there is none, or it is repaired. */
  readonly atMs: () => number | undefined;
}

export function createGapRepair(options: {
  readonly store: Store;
  readonly sources: {
    readonly [Api in 'projects' | 'simple']: Pick<Sources[Api], 'expire'>;
  };
  readonly purge: (projects: readonly string[]) => Promise<void>;
  /** As the previous leader left it. */
  readonly gapAtMs: number | undefined;
  readonly clock?: () => number;
}): GapRepair {
  const { store, sources, purge, clock = Date.now } = options;
  let { gapAtMs } = options;
  let repairedAtMs = -Infinity;

  const hasOldPages = (sinceMs: number): boolean => Math.abs(clock() - sinceMs) < OLD_PAGES_MS;

  return {
    open(nowMs) {
      gapAtMs = nowMs;
    },
    async step() {
      const foundAtMs = gapAtMs;
      // However often gaps are found, repairs do not follow each other closely.
      if (foundAtMs === undefined || hasOldPages(repairedAtMs)) return;
      const isLast = !hasOldPages(foundAtMs);
      const ranked = await store.ranked(FOLLOW_KEYS.held, foundAtMs - DAY_MS, MAX_PROJECTS);
      if (ranked === undefined) return;
      const requested = ranked.filter((name) => name !== EVERYTHING);
      if (requested.length > 0) {
        await eachAtOnce(requested, EXPIRED_AT_ONCE, (project) =>
          Promise.all([sources.projects.expire(project), sources.simple.expire(project)]),
        );
        await purge([EVERYTHING]);
        repairedAtMs = clock();
      }
      if ((isLast || requested.length === 0) && gapAtMs === foundAtMs) gapAtMs = undefined;
    },
    atMs: () => gapAtMs,
  };
}
