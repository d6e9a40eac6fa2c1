import type { Store } from '../../../cache/store.ts';
import type { Sources } from '../../sources.ts';
import { EVERYTHING } from './requested.ts';
import { eachAtOnce } from '../loops.ts';
import { FOLLOW_KEYS } from '../keys.ts';
import { OLD_PAGES_MS } from './latecomers.ts';

const DAY_MS = 86_400_000;
/** PyPI is not asked for all of them at once: each is asked for with its next reader, over so long at the least. */
const SPREAD_STEPS = 600;
const LEAST_A_STEP = 5;
const MAX_HELD = 200_000;
const AT_ONCE = 16;

/**
 * Makes due whatever was asked for in the day before a gap, a little with every step. Then once more, when PyPI's CDN gives old
 * pages to nobody any longer: until then, what was fetched anew may have been one.
 */
export interface GapMender {
  /** Changes have been missed: begins, or begins anew when the pass under way is over. */
  readonly open: (nowMs: number) => void;
  /** To be called every second. */
  readonly step: () => Promise<void>;
  /** When the gap was found that is not mended yet. */
  readonly atMs: () => number | undefined;
}

interface Pass {
  readonly gapAtMs: number;
  readonly left: string[];
  readonly atOnce: number;
  readonly isLast: boolean;
}

/** What was asked for most recently comes first. */
export function createGapMender(options: {
  readonly store: Store;
  readonly projects: Pick<Sources['projects'], 'expire'>;
  readonly purge: (projects: readonly string[]) => Promise<void>;
  /** Where an earlier leader has come to. */
  readonly gapAtMs: number | undefined;
  readonly clock?: () => number;
}): GapMender {
  const { store, projects, purge, clock = Date.now } = options;
  let { gapAtMs } = options;
  let pass: Pass | undefined;
  /** The gap after which all was made due, while there were old pages. */
  let onceMendedAtMs: number | undefined;

  const isLongAgo = (atMs: number): boolean => Math.abs(clock() - atMs) >= OLD_PAGES_MS;

  const begin = async (foundAtMs: number): Promise<Pass | undefined> => {
    const held = await store.ranked(FOLLOW_KEYS.held, foundAtMs - DAY_MS, MAX_HELD);
    const left = held?.filter((name) => name !== EVERYTHING);
    if (left === undefined) return undefined;
    const atOnce = Math.max(LEAST_A_STEP, Math.ceil(left.length / SPREAD_STEPS));
    const isLast = left.length === 0 || isLongAgo(foundAtMs);
    return { gapAtMs: foundAtMs, left, atOnce, isLast };
  };

  return {
    open(nowMs) {
      gapAtMs = nowMs;
    },
    async step() {
      if (gapAtMs === undefined) return;
      if (gapAtMs === onceMendedAtMs && !isLongAgo(gapAtMs)) return;
      pass ??= await begin(gapAtMs);
      if (pass === undefined) return;
      const some = pass.left.splice(0, pass.atOnce);
      await eachAtOnce(some, AT_ONCE, (project) => projects.expire(project));
      await purge(some);
      if (pass.left.length > 0) return;
      if (!pass.isLast) onceMendedAtMs = pass.gapAtMs;
      else if (gapAtMs === pass.gapAtMs) gapAtMs = undefined;
      pass = undefined;
    },
    atMs: () => gapAtMs,
  };
}
