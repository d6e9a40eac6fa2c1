import type { Store } from '../../cache/store/contract.ts';
import type { Sources } from '../facts/sources.ts';
import { nextDailyLoadMs } from '../facts/pypistats.ts';
import { FOLLOW_KEYS } from './keys.ts';

const DAY_MS = 86_400_000;
const MAX_REFRESHED = 20_000;
/** Half of the budget; the rest is for readers. */
const SHARE = 1 / 2;
const IDLE_MS = 60_000;
/** After a record that is new enough, which costs one read of the store. */
const SKIPPED_MS = 10;

/** Refreshes popular downloads after pypistats.org's daily load, the most popular first. */
export interface DailyDownloads {
  /** Refreshes one project, if any is left; returns how many milliseconds to wait. */
  readonly step: () => Promise<number>;
  /** Time of the last load that is done, in milliseconds since 1970. */
  readonly doneAtMs: () => number | undefined;
}

export function createDailyDownloads(options: {
  readonly store: Store;
  readonly downloads: Pick<Sources['downloads'], 'get' | 'refresh'>;
  readonly perMinute: number;
  /** As the previous leader left it. */
  readonly doneAtMs: number | undefined;
  readonly clock: () => number;
}): DailyDownloads {
  const { store, downloads, perMinute, clock } = options;
  const refreshedMs = 60_000 / (perMinute * SHARE);
  let doneAtMs = options.doneAtMs;
  let work: { loadedAtMs: number; left: string[] } | undefined;

  const begin = async (loadedAtMs: number): Promise<typeof work> => {
    const left = await store.ranked(FOLLOW_KEYS.downloads, 0, MAX_REFRESHED);
    return left && { loadedAtMs, left };
  };

  return {
    async step() {
      const loadedAtMs = nextDailyLoadMs(clock()) - DAY_MS;
      if (doneAtMs === loadedAtMs) return IDLE_MS;
      if (work?.loadedAtMs !== loadedAtMs) work = await begin(loadedAtMs);
      if (work === undefined) return IDLE_MS;
      const project = work.left.shift();
      if (project === undefined) {
        doneAtMs = loadedAtMs;
        return IDLE_MS;
      }
      const found = await downloads.get(project);
      // A stale record was refreshed by this very look-up.
      if (found.state === 'unavailable' || found.tier === 'upstream') return refreshedMs;
      if (found.fetchedAtMs >= loadedAtMs) return SKIPPED_MS;
      await downloads.refresh(project);
      return refreshedMs;
    },
    doneAtMs: () => doneAtMs,
  };
}
