import { createFacts, type Facts } from '../cache/facts.ts';
import { createSqliteStore } from '../cache/sqlite-store.ts';
import type { Store } from '../cache/store.ts';
import type { CacheClass } from '../src/errors.ts';
import type { DownloadFacts, ProjectFacts } from '../src/facts.ts';
import { headersOf } from '../src/http/headers.ts';
import { type Budget, createBudget } from '../src/upstream/budget.ts';
import { createPypiSource } from '../src/upstream/pypi.ts';
import { createPypistatsSource } from '../src/upstream/pypistats.ts';
import type { Upstreams } from './day-upstreams.ts';
import { createRandom } from './traffic-random.ts';
import type { ViewedBadge } from './traffic-views.ts';

const FRESH_SECONDS = 600;
const KEPT_SECONDS = 2_592_000;
const STORE_BYTES = 512 * 1024 * 1024;
const MEMORY_BYTES = 6 * 1024 * 1024;
const SEED = 20_251_010;
/** As src/config.ts and src/sources.ts have them. */
const PYPISTATS_PER_MINUTE = 20;
const PYPISTATS_PER_SECOND = 2;

/** What the edge is told. */
export interface OriginAnswer {
  readonly untilMs: number;
  /** The release that the badge shows; undefined where it tells of something else. */
  readonly release: number | undefined;
}

/** The API on a simulated clock: real facts, real sources, real headers. */
export interface Origin {
  readonly store: Store;
  readonly projects: Facts<ProjectFacts>;
  readonly downloads: Facts<DownloadFacts>;
  readonly perMinute: number;
  readonly answer: (badge: ViewedBadge) => Promise<OriginAnswer>;
  /** As `answer` has it while all is well, from what was said last. */
  readonly untilMs: (badge: ViewedBadge) => number;
  /** Knows everything by now, and has asked nobody: the day is not the first one. */
  readonly knowAll: (badges: readonly ViewedBadge[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

export function createOrigin(options: {
  readonly upstreams: Upstreams;
  readonly isFollowed: boolean;
  readonly clock: () => number;
}): Origin {
  const { upstreams, isFollowed, clock } = options;
  const store = createSqliteStore({ path: ':memory:', maxBytes: STORE_BYTES, clock });
  const random = createRandom(SEED);
  const budget = createDayBudget(store, clock);
  const common = {
    store,
    keyPrefix: 'day',
    formatVersion: 1,
    keptSeconds: KEPT_SECONDS,
    memoryMaxBytes: MEMORY_BYTES,
    clock,
    random,
  };
  const projects = createFacts({
    ...common,
    source: createPypiSource(upstreams.pypi, FRESH_SECONDS),
  });
  const downloads = createFacts({
    ...common,
    source: createPypistatsSource({
      client: upstreams.pypistats,
      budget,
      findProject: (name) => projects.get(name),
      isFollowed: () => isFollowed,
      random,
    }),
    jitter: 0,
  });
  /** Of downloads, by project. */
  const dueAtMs = new Map<string, number>();

  const plainSeconds = edgeSecondsOf(isFollowed ? 'followed' : 'facts');
  const untilMs = ({ kind, project }: ViewedBadge): number => {
    if (kind !== 'download') return clock() + plainSeconds * 1000;
    const leftSeconds = Math.floor(((dueAtMs.get(project) ?? 0) - clock()) / 1000);
    return clock() + edgeSecondsOf('downloads', leftSeconds) * 1000;
  };
  const answer = async (badge: ViewedBadge): Promise<OriginAnswer> => {
    const isDownloads = badge.kind === 'download';
    const found = await (isDownloads ? downloads : projects).get(badge.project);
    if (isDownloads && found.state === 'fresh') dueAtMs.set(badge.project, found.dueAtMs);
    const isKnown = found.state === 'fresh' || found.state === 'stale';
    return {
      untilMs: found.state === 'fresh' ? untilMs(badge) : clock() + notFreshMs(found.state),
      release:
        isKnown && badge.kind === 'version' && 'version' in found.value
          ? Number(found.value.version)
          : undefined,
    };
  };

  return {
    store,
    projects,
    downloads,
    perMinute: PYPISTATS_PER_MINUTE,
    untilMs,
    answer,
    async knowAll(badges) {
      budget.setFree(true);
      for (const badge of badges) await answer(badge);
      budget.setFree(false);
    },
    async close() {
      await Promise.all([projects.close(), downloads.close()]);
      budget.close();
      await store.close();
    },
  };
}

interface DayBudget extends Budget {
  /** While it is free, everybody is served. */
  readonly setFree: (isFree: boolean) => void;
}

/** The real budget. Nobody waits for it, since the simulated clock stands still meanwhile: who is not served at once goes. */
function createDayBudget(store: Store, clock: () => number): DayBudget {
  const budget = createBudget({
    store,
    key: 'day:budget',
    perMinute: PYPISTATS_PER_MINUTE,
    perSecond: PYPISTATS_PER_SECOND,
    clock,
  });
  let isFree = false;
  return {
    ...budget,
    take(lastServedAtMs) {
      if (isFree) return Promise.resolve();
      const patience = new AbortController();
      setImmediate(() => patience.abort());
      return budget.take(lastServedAtMs, patience.signal);
    },
    setFree: (free) => void (isFree = free),
  };
}

function notFreshMs(state: 'stale' | 'absent' | 'unavailable'): number {
  return edgeSecondsOf(state === 'stale' ? 'stale' : 'failing') * 1000;
}

/** What the headers tell the edge. */
function edgeSecondsOf(cacheClass: CacheClass, edgeSeconds?: number): number {
  const headers = headersOf({
    format: 'svg',
    etag: '',
    cacheClass,
    cacheSeconds: 0,
    tags: '',
    verdict: 'ok',
    source: '',
    edgeSeconds,
  });
  return Number(headers['X-Edge-TTL']);
}
