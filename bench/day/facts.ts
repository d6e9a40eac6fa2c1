import { createFacts } from '../../cache/facts/facts.ts';
import type { Facts } from '../../cache/facts/contract.ts';
import { createSqliteStore } from '../../cache/store/sqlite/store.ts';
import type { Store } from '../../cache/store/contract.ts';
import type { DownloadFacts, ProjectFacts, SimpleFacts } from '../../src/facts/schema.ts';
import { type Budget, createBudget } from '../../src/facts/budget.ts';
import { createPypiSource } from '../../src/facts/pypi.ts';
import { createSimpleSource } from '../../src/facts/simple/source.ts';
import {
  countsOfLoad,
  countsOfPypistats,
  type DownloadSource,
} from '../../src/downloads/counts.ts';
import { createPypistatsSource } from '../../src/facts/pypistats.ts';
import { createDayLoad } from './load.ts';
import type { Upstreams } from './upstreams.ts';
import { createRandom } from '../traffic/random.ts';

/** As src/config.ts and src/facts/sources.ts have them by default. */
const FRESH_SECONDS = 600;
const KEPT_SECONDS = 2_592_000;
const MEMORY_BYTES = 6 * 1024 * 1024;
const PYPISTATS_PER_MINUTE = 20;
const PYPISTATS_PER_SECOND = 2;

/** Room for every package that there is. */
const STORE_BYTES = 4 * 1024 ** 3;
const SEED = 20_251_010;

/** The real facts of both upstreams, over an SQLite store, on a simulated clock. */
export interface DayFacts {
  readonly store: Store;
  readonly projects: Facts<ProjectFacts>;
  readonly simple: Facts<SimpleFacts>;
  readonly downloads: Facts<DownloadFacts>;
  /** The counts that badges show. */
  readonly counts: DownloadSource;
  /** Whether all counts are loaded once a day. */
  readonly hasLoad: boolean;
  readonly pypistatsPerMinute: number;
  /** While it is free, the budget of pypistats.org serves everybody. */
  readonly setFree: (isFree: boolean) => void;
  readonly close: () => Promise<void>;
}

export function createDayFacts(options: {
  readonly upstreams: Upstreams;
  readonly isFollowed: boolean;
  readonly hasLoad: boolean;
  readonly clock: () => number;
}): DayFacts {
  const { upstreams, isFollowed, hasLoad, clock } = options;
  const store = createSqliteStore({ path: ':memory:', maxBytes: STORE_BYTES, clock });
  const random = createRandom(SEED);
  const budget = createDayBudget(store, clock);
  const common = {
    store,
    keyPrefix: 'day:1',
    keptSeconds: KEPT_SECONDS,
    memoryMaxBytes: MEMORY_BYTES,
    clock,
    random,
  };
  const index = { client: upstreams.pypi, budget: ENDLESS, freshSeconds: FRESH_SECONDS };
  const projects = createFacts({
    ...common,
    source: createPypiSource({ ...index, name: 'pypi' }),
  });
  const simple = createFacts({
    ...common,
    source: createSimpleSource({ ...index, name: 'simple' }),
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
  const shown = { tier: store.tier, pypistats: downloads, findProject: projects.get, clock };
  return {
    store,
    projects,
    simple,
    downloads,
    counts: hasLoad
      ? countsOfLoad({ ...shown, loaded: createDayLoad(clock) })
      : countsOfPypistats(downloads),
    hasLoad,
    pypistatsPerMinute: PYPISTATS_PER_MINUTE,
    setFree: budget.setFree,
    async close() {
      await Promise.all([projects.close(), simple.close(), downloads.close()]);
      budget.close();
      await store.close();
    },
  };
}

/** A day of readers costs PyPI less than its budget: what is counted is how much. */
const ENDLESS: Budget = {
  take: () => Promise.resolve(),
  left: () => Infinity,
  close: () => undefined,
};

interface DayBudget extends Budget {
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
