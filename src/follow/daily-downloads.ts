import type { Store } from '../../cache/store/contract.ts';
import type { Sources } from '../sources.ts';
import { nextDailyLoadMs } from '../upstream/pypistats.ts';
import { FOLLOW_KEYS } from './keys.ts';

const DAY_MS = 86_400_000;
const MAX_REFRESHED = 20_000;
/** Half of the budget: readers ask as well. */
const SHARE = 1 / 2;
const IDLE_MS = 60_000;
/** A look at a record that is new enough costs the store a read. */
const LOOK_MS = 10;

/** Refreshes the downloads that are asked for most, after pypistats.org's daily load. */
export interface DailyDownloads {
  /** Refreshes one, or finds that there is nothing to do; gives how many milliseconds to rest. */
  readonly step: () => Promise<number>;
  /** The load that has been followed, in milliseconds since 1970. */
  readonly doneAtMs: () => number | undefined;
}

export function createDailyDownloads(options: {
  readonly store: Store;
  readonly downloads: Pick<Sources['downloads'], 'get' | 'refresh'>;
  readonly perMinute: number;
  /** Where an earlier leader has come to. */
  readonly doneAtMs: number | undefined;
  readonly clock: () => number;
}): DailyDownloads {
  const { store, downloads, perMinute, clock } = options;
  const askedMs = 60_000 / (perMinute * SHARE);
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
      // One that was due has been asked for by now.
      if (found.state === 'unavailable' || found.tier === 'upstream') return askedMs;
      if (found.fetchedAtMs >= loadedAtMs) return LOOK_MS;
      await downloads.refresh(project);
      return askedMs;
    },
    doneAtMs: () => doneAtMs,
  };
}
