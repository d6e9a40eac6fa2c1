import type { Facts } from '../../cache/facts/contract.ts';
import { countsOfLoad, countsOfPypistats, type DownloadSource } from '../downloads/counts.ts';
import { createLoaded, gaugesOf, type Loaded } from '../downloads/loaded.ts';
import { openSeries, type OpenedSeries } from '../downloads/open-series.ts';
import { KEYS } from '../keys.ts';
import { createBudget } from './budget.ts';
import { normalizeIndexUrl } from './names.ts';
import { createPackageIndex, type PackageIndex } from './package-index.ts';
import { createFactsOf, createUpstream, type Shared, type SourcesOptions } from './parts.ts';
import { createPypistatsSource } from './pypistats.ts';
import type { DownloadFacts } from './schema.ts';

const PYPISTATS_PER_SECOND = 2;
const PYPISTATS_CONCURRENCY = 2;
/** Another name of PyPI, where `PYPI_URL` is a mirror. */
const PYPI = 'https://pypi.org';
/** Shares of `MEMORY_MAX_BYTES`: a half together. */
const MEMORY = {
  pypi: 1 / 4,
  downloads: 1 / 16,
  load: 1 / 32,
  series: 1 / 32,
  others: 1 / 8,
} as const;

/** The cached facts of PyPI and pypistats.org, and of the other indexes. */
export interface Sources extends Pick<PackageIndex, 'projects' | 'simple' | 'expire'> {
  /** The counts of pypistats.org. */
  readonly downloads: Facts<DownloadFacts>;
  /** The counts that badges show. */
  readonly counts: DownloadSource;
  /** The daily load of all counts; undefined without `DOWNLOADS_SOURCE=clickhouse`. */
  readonly loaded: Loaded | undefined;
  /** Downloads by day, asked of ClickHouse on demand; undefined without it. */
  readonly series: OpenedSeries['series'] | undefined;
  /** Client of PyPI, for its feeds. */
  readonly pypi: PackageIndex['client'];
  /**
   * Finds the index with the URL (`?pypiBaseUrl=`); without one, PyPI. Undefined for an index that `PYPI_INDEXES` does
   * not name.
   */
  readonly findIndex: (url?: string) => PackageIndex | undefined;
  /** Returns the requests left in this quarter of a minute. */
  readonly budgetsLeft: () => Readonly<Record<'pypi' | 'pypistats', number>>;
  /** Returns which upstreams have an open breaker: they failed repeatedly and get no requests for a while. */
  readonly leftAlone: () => Readonly<Record<'pypi' | 'pypistats', boolean>>;
  /** Expires all records, of all indexes; returns their number. */
  readonly expireEverything: () => Promise<number>;
  /** Bytes of facts in memory. */
  readonly bytes: () => number;
  /** Aborts running refreshes; the stores stay open. */
  readonly close: () => Promise<void>;
}

/** The sources and their store, for a process that serves no pictures. */
export interface OpenedSources extends Shared {
  readonly sources: Sources;
  /** Closes everything; never rejects. */
  readonly close: () => Promise<void>;
}

/** Makes the sources over the store that all processes share. */
export function createSources(options: SourcesOptions): Sources {
  const pypi = createPackageIndex(undefined, MEMORY.pypi, options);
  const indexes = createIndexes(pypi, options);
  const all = [...new Set(indexes.values())];
  const { downloads, budget, client } = createDownloads(pypi, options);
  const loaded = createLoadedCounts(options);
  const opened = loaded && openSeries(loaded, MEMORY.series, options);
  if (loaded && opened) options.metrics.watchDownloads(gaugesOf(loaded, opened.queriesLeft));
  return {
    projects: pypi.projects,
    simple: pypi.simple,
    downloads,
    counts: createCounts(pypi, downloads, loaded, options),
    loaded,
    series: opened?.series,
    pypi: pypi.client,
    findIndex: (url) => (url === undefined ? pypi : indexes.get(normalizeIndexUrl(url) ?? '')),
    budgetsLeft: () => ({ pypi: pypi.budgetLeft(), pypistats: budget.left() }),
    leftAlone: () => ({ pypi: pypi.client.isLeftAlone(), pypistats: client.isLeftAlone() }),
    async expire(project) {
      const isKept = await downloads.expire(project);
      return (await pypi.expire(project)) + Number(isKept);
    },
    async expireEverything() {
      const counts = await Promise.all(all.map((index) => index.expireEverything()));
      return counts.reduce((sum, count) => sum + count, await downloads.expireAll(''));
    },
    bytes: () =>
      all.reduce(
        (sum, index) => sum + index.bytes(),
        downloads.stats().bytes + (loaded?.bytes() ?? 0),
      ),
    async close() {
      budget.close();
      await Promise.all([...all.map((index) => index.close()), downloads.close()]);
      await Promise.all([client.close(), opened?.close()]);
    },
  };
}

/** All indexes by their URLs, PyPI among them. */
function createIndexes(
  pypi: PackageIndex,
  options: SourcesOptions,
): ReadonlyMap<string, PackageIndex> {
  const { PYPI_URL, PYPI_INDEXES } = options.config;
  const own = [PYPI, normalizeIndexUrl(PYPI_URL) ?? PYPI];
  const others = PYPI_INDEXES.filter((url) => !own.includes(url));
  const share = MEMORY.others / others.length;
  return new Map([
    ...own.map((url) => [url, pypi] as const),
    ...others.map((url) => [url, createPackageIndex(url, share, options)] as const),
  ]);
}

function createDownloads(pypi: PackageIndex, options: SourcesOptions) {
  const { config, store, isFollowed } = options;
  const client = createUpstream('pypistats', config.PYPISTATS_URL, PYPISTATS_CONCURRENCY, options);
  const budget = createBudget({
    store,
    key: KEYS.pypistatsBudget,
    perMinute: config.PYPISTATS_PER_MINUTE,
    perSecond: PYPISTATS_PER_SECOND,
  });
  const findProject = (name: string) => pypi.projects.get(name);
  const source = createPypistatsSource({ client, budget, findProject, isFollowed });
  const share = config.DOWNLOADS_SOURCE === 'clickhouse' ? MEMORY.downloads : 1 / 8;
  return { downloads: createFactsOf(source, share, options), budget, client };
}

function createLoadedCounts({ config, store }: SourcesOptions): Loaded | undefined {
  if (config.DOWNLOADS_SOURCE !== 'clickhouse') return undefined;
  return createLoaded({ store, memoryMaxBytes: config.MEMORY_MAX_BYTES * MEMORY.load });
}

function createCounts(
  pypi: PackageIndex,
  pypistats: Facts<DownloadFacts>,
  loaded: Loaded | undefined,
  { store }: SourcesOptions,
): DownloadSource {
  if (loaded === undefined) return countsOfPypistats(pypistats);
  return countsOfLoad({ loaded, tier: store.tier, pypistats, findProject: pypi.projects.get });
}
