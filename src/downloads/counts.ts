import { crc32 } from 'node:zlib';
import type { Facts, FactsTier, Found } from '../../cache/facts/contract.ts';
import type { DownloadCounts, DownloadFacts, ProjectFacts } from '../facts/schema.ts';
import type { Counts } from './buckets.ts';
import { ageInDays, nextLoadMs } from './days.ts';
import type { Loaded } from './loaded.ts';
import type { Load } from './loads.ts';
import { MOST_DAYS_OLD } from './report.ts';

/** The next load may be there at any time, but seldom is. */
const STALE_MS = 600_000;
const NONE: DownloadCounts = { lastDay: 0, lastWeek: 0, lastMonth: 0, total: 0 };
const UINT32 = 2 ** 32;

/** Downloads of a project and who counted them; with the last counted day, if all come from one load. */
export type FoundDownloads = Found<DownloadCounts> & {
  readonly source: 'pypistats' | 'clickhouse';
  readonly through?: string;
};

/** Download counts as badges use them. */
export interface DownloadSource {
  /** Whether all downloads of a project are known, beside those of the last month. */
  readonly hasTotals: boolean;
  /**
   * Returns the counts of a project. `needsTotal`: counts without a total are of no use. `admit` is called before an
   * origin fetch for an unknown project, and may throw to refuse it.
   */
  readonly get: (
    project: string,
    needsTotal: boolean,
    admit?: () => void,
  ) => Promise<FoundDownloads>;
  /** Returns the counts of all projects together; undefined if nobody knows them. */
  readonly ofAll: () => Promise<FoundDownloads | undefined>;
}

/** The counts of pypistats.org, project by project. */
export function countsOfPypistats(facts: Pick<Facts<DownloadFacts>, 'get'>): DownloadSource {
  return {
    hasTotals: false,
    get: async (project, _needsTotal, admit) => ({
      ...(await facts.get(project, admit)),
      source: 'pypistats',
    }),
    ofAll: () => Promise.resolve(undefined),
  };
}

/**
 * The counts of the daily load. A project that a complete load lacks has no downloads, if PyPI knows it. Without a load,
 * or its bucket: pypistats.org's counts, and if it does not answer, those of the load before.
 */
export function countsOfLoad(options: {
  readonly loaded: Pick<Loaded, 'find' | 'look'>;
  readonly tier: FactsTier;
  readonly pypistats: Pick<Facts<DownloadFacts>, 'get'>;
  readonly findProject: (name: string, admit?: () => void) => Promise<Found<ProjectFacts>>;
  readonly clock?: () => number;
}): DownloadSource {
  const { loaded, tier, findProject, clock = Date.now } = options;
  const pypistats = countsOfPypistats(options.pypistats);

  const ofLoad = (project: string, load: Load, value: DownloadCounts): FoundDownloads =>
    foundIn(load, project, value, tier, clock());

  const ofNobody = async (
    project: string,
    load: Load,
    admit?: () => void,
  ): Promise<FoundDownloads> => {
    const found = await findProject(project, admit);
    if (found.state === 'absent' || found.state === 'unavailable')
      return { ...found, source: 'clickhouse' };
    return ofLoad(project, load, NONE);
  };

  const withoutLoad = async (
    project: string,
    needsTotal: boolean,
    before: { readonly counts: Counts; readonly load: Load } | undefined,
    admit?: () => void,
  ): Promise<FoundDownloads> => {
    const found: FoundDownloads = needsTotal
      ? { state: 'unavailable', reason: 'no load has the project', source: 'clickhouse' }
      : await pypistats.get(project, false, admit);
    if (found.state !== 'unavailable' || before === undefined) return found;
    const old = ofLoad(project, before.load, before.counts);
    return old.state === 'fresh' ? { ...old, state: 'stale' } : old;
  };

  return {
    hasTotals: true,
    async get(project, needsTotal, admit) {
      const found = await loaded.find(project);
      if (found.state === 'counted') return ofLoad(project, found.load, found.counts);
      if (found.state === 'absent') return ofNobody(project, found.load, admit);
      const before = found.state === 'missing' ? found.before : undefined;
      return withoutLoad(project, needsTotal, before, admit);
    },
    async ofAll() {
      const load = (await loaded.look())?.current;
      if (load === undefined) return undefined;
      const { dayTotal: lastDay, weekTotal: lastWeek, monthTotal: lastMonth } = load;
      return ofLoad('', load, { lastDay, lastWeek, lastMonth });
    },
  };
}

function foundIn(
  load: Load,
  project: string,
  value: DownloadCounts,
  tier: FactsTier,
  nowMs: number,
): FoundDownloads {
  const isFresh = ageInDays(load.day, nowMs) <= MOST_DAYS_OLD;
  return {
    state: isFresh ? 'fresh' : 'stale',
    value,
    fetchedAtMs: Math.min(load.loadedAtMs, nowMs),
    // Spread over an hour, so that the edge does not ask for all badges at once.
    dueAtMs: isFresh ? nextLoadMs(nowMs, crc32(project) / UINT32) : nowMs + STALE_MS,
    tier,
    source: 'clickhouse',
    through: load.day,
  };
}
