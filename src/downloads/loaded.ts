import { createMemoryCache } from '../../cache/memory.ts';
import { createSingleFlight } from '../../cache/single-flight.ts';
import type { Store } from '../../cache/store/contract.ts';
import { type Counts, findCounts, partsOf } from './buckets.ts';
import type { DownloadGauges } from '../metrics.ts';
import { ageInDays } from './days.ts';
import { bucketKey, CURRENT_KEY, type Load, parsePublished, type Published } from './loads.ts';

/** A new load is used this soon. */
const CHECKED_MS = 5_000;
/** Five numbers. */
const COUNTS_BYTES = 64;

/**
 * Where a project's counts are. `unloaded`: there is no load. `absent`: the load is complete, and has no such project.
 * `missing`: its bucket is lost; `before` are the counts of the load before.
 */
export type FoundCounts =
  | { readonly state: 'unloaded' }
  | { readonly state: 'counted'; readonly counts: Counts; readonly load: Load }
  | { readonly state: 'absent'; readonly load: Load }
  | { readonly state: 'missing'; readonly before?: { counts: Counts; load: Load } };

/** Reads the counts of the last published load. */
export interface Loaded {
  readonly find: (project: string) => Promise<FoundCounts>;
  /** The load in use, as this process last saw it. */
  readonly published: () => Published | undefined;
  /** Looks for a newer load now. */
  readonly look: () => Promise<Published | undefined>;
  /** Returns the parts of a bucket of a load; undefined if it is lost. */
  readonly bucket: (load: Load, number: number) => Promise<string | undefined>;
  /** Bytes of counts in memory. */
  readonly bytes: () => number;
}

/** Counts of a project in memory; null: the load has no such project. */
interface Kept {
  readonly load: Load;
  readonly counts: Counts | null;
}

export function createLoaded(options: {
  readonly store: Pick<Store, 'get'>;
  readonly memoryMaxBytes: number;
  /** Monotonic, in milliseconds. */
  readonly clock?: () => number;
}): Loaded {
  const { store, clock = () => performance.now() } = options;
  const memory = createMemoryCache<Kept>({
    maxBytes: options.memoryMaxBytes,
    sizeOf: () => COUNTS_BYTES,
  });
  const reads = createSingleFlight<string | undefined>();
  const looks = createSingleFlight<void>();
  let seen: { text: string; published: Published } | undefined;
  let lookedAtMs = -Infinity;

  const look = async (): Promise<void> => {
    const text = await store.get(CURRENT_KEY);
    lookedAtMs = clock();
    if (text === undefined || text === seen?.text) return;
    const published = parsePublished(text);
    // One that is lost, or of another version of the code, leaves the one that is known.
    if (published !== undefined) seen = { text, published };
  };

  const bucket = (load: Load, number: number): Promise<string | undefined> =>
    reads.run(`${load.id}:${number}`, async () =>
      partsOf(load.id, await store.get(bucketKey(load, number))),
    );

  /** Null: the project is not in the load; undefined: its bucket is lost. */
  const countsIn = async (load: Load, project: string): Promise<Counts | null | undefined> => {
    const kept = memory.get(project);
    if (kept?.load === load) return kept.counts;
    const number = bucketOf(load, project);
    if (number === undefined) return null;
    const parts = await bucket(load, number);
    const counts = parts === undefined ? undefined : findCounts(parts, project);
    if (counts !== undefined) memory.set(project, { load, counts });
    return counts;
  };

  return {
    async find(project) {
      // The first load is used at once.
      if (seen === undefined || clock() - lookedAtMs > CHECKED_MS) await looks.run('', look);
      if (seen === undefined) return { state: 'unloaded' };
      const { current, previous } = seen.published;
      const counts = await countsIn(current, project);
      if (counts === null) return { state: 'absent', load: current };
      if (counts !== undefined) return { state: 'counted', counts, load: current };
      const before = previous && (await countsIn(previous, project));
      return { state: 'missing', ...(before && { before: { counts: before, load: previous } }) };
    },
    published: () => seen?.published,
    async look() {
      await looks.run('', look);
      return seen?.published;
    },
    bucket,
    bytes: () => memory.stats().bytes,
  };
}

/** Returns the gauges of the load in use. */
export function gaugesOf(
  { published }: Pick<Loaded, 'published'>,
  queriesLeft: () => number,
): DownloadGauges {
  const current = (): Load | undefined => published()?.current;
  return {
    ageDays() {
      const load = current();
      return load === undefined ? Infinity : ageInDays(load.day, Date.now());
    },
    projects: () => current()?.projects ?? 0,
    bytes: () => current()?.bytes ?? 0,
    seconds: () => (current()?.tookMs ?? 0) / 1000,
    queriesLeft,
  };
}

/** Returns the number of the bucket that has the project, if any has: the last one that begins at it or before. */
function bucketOf({ buckets }: Load, project: string): number | undefined {
  let low = 0;
  let high = buckets.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((buckets[middle]?.[0] ?? '') <= project) low = middle + 1;
    else high = middle;
  }
  return buckets[low - 1]?.[1];
}
