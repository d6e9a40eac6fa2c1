import { mkdir } from 'node:fs/promises';
import { createFacts } from '../../cache/facts/facts.ts';
import type { Facts, FactsSource } from '../../cache/facts/contract.ts';
import { DEADLINES, UPSTREAM_DEADLINES } from '../deadlines.ts';
import type { DownloadFacts, ProjectFacts } from './schema.ts';
import { KEYS, RECORDS_PREFIX } from '../keys.ts';
import { createShared, type ServicesOptions, type Shared } from '../stores.ts';
import { createBudget } from './budget.ts';
import { createUpstreamClient, type UpstreamClient } from '../upstream/client.ts';
import { createPypiSource, projectId } from './pypi.ts';
import { createPypistatsSource } from './pypistats.ts';

const PYPISTATS_PER_SECOND = 2;
const PYPISTATS_CONCURRENCY = 2;
/** How long a start waits for the store: without it, this process would ask PyPI for what all others know. */
const STORE_PATIENCE_MS = 500;

/** PyPI and pypistats.org, and what is kept of them. */
export interface Sources {
  readonly projects: Facts<ProjectFacts>;
  readonly downloads: Facts<DownloadFacts>;
  /** The way to PyPI itself, for its feeds. */
  readonly pypi: UpstreamClient;
  /** Requests left in this quarter of a minute. */
  readonly budgetsLeft: () => Readonly<Record<'pypi' | 'pypistats', number>>;
  /** Which upstreams failed repeatedly, and are left alone for a while: their breakers are open. */
  readonly leftAlone: () => Readonly<Record<'pypi' | 'pypistats', boolean>>;
  /** Makes what is kept of a project and its releases due, for all processes; how many records that were. */
  readonly expire: (project: string) => Promise<number>;
  /** The same for all that is kept. */
  readonly expireEverything: () => Promise<number>;
  /** Ends what is under way; the stores below stay open. */
  readonly close: () => Promise<void>;
}

/** The sources with what they stand on, for a program that serves no pictures. */
export interface OpenedSources extends Shared {
  readonly sources: Sources;
  /** Lets go of everything; never rejects. */
  readonly close: () => Promise<void>;
}

/**
 * Opens the shared store and the sources over it, and waits a moment for the store. `isFollowed` tells whether a follower
 * refreshes what is held; by default there is none.
 */
export async function openSources(
  options: ServicesOptions,
  isFollowed = (): boolean => false,
): Promise<OpenedSources> {
  const { config, log } = options;
  await mkdir(config.CACHE_DIR, { recursive: true }).catch((error: unknown) => {
    log.error({ err: error }, 'CACHE_DIR cannot be made: nothing is kept on disk');
  });
  const shared = await createShared(options);
  const sources = createSources(shared, options, isFollowed);
  await shared.store.ready(STORE_PATIENCE_MS);
  return {
    ...shared,
    sources,
    async close() {
      await sources.close();
      await shared.messages.close();
      await shared.store.close();
    },
  };
}

/** Makes the sources over the store that all processes share. */
function createSources(
  shared: Shared,
  options: ServicesOptions,
  isFollowed: () => boolean,
): Sources {
  const { config } = options;
  const pypi = createUpstream('pypi', config.PYPI_URL, config.PYPI_CONCURRENCY, options);
  const pypistats = createUpstream(
    'pypistats',
    config.PYPISTATS_URL,
    PYPISTATS_CONCURRENCY,
    options,
  );
  const budgets = createBudgets(shared, options);
  const projects = createFactsOf(
    createPypiSource({
      client: pypi,
      budget: budgets.pypi,
      freshSeconds: config.FACTS_FRESH_SECONDS,
    }),
    shared,
    options,
  );
  const downloads = createFactsOf(
    createPypistatsSource({
      client: pypistats,
      budget: budgets.pypistats,
      findProject: (name) => projects.get(name),
      isFollowed,
    }),
    shared,
    options,
  );
  return {
    projects,
    downloads,
    pypi,
    budgetsLeft: () => ({ pypi: budgets.pypi.left(), pypistats: budgets.pypistats.left() }),
    leftAlone: () => ({ pypi: pypi.isLeftAlone(), pypistats: pypistats.isLeftAlone() }),
    async expire(project) {
      const kept = await Promise.all([projects.expire(project), downloads.expire(project)]);
      const releases = await projects.expireAll(projectId(project, ''));
      return releases + kept.filter(Boolean).length;
    },
    expireEverything: async () => (await projects.expireAll('')) + (await downloads.expireAll('')),
    async close() {
      for (const budget of Object.values(budgets)) budget.close();
      await Promise.all([projects.close(), downloads.close()]);
      await Promise.all([pypi.close(), pypistats.close()]);
    },
  };
}

/** What all processes together may ask of each upstream. */
function createBudgets({ store }: Shared, { config }: ServicesOptions) {
  return {
    pypi: createBudget({ store, key: KEYS.pypiBudget, perMinute: config.PYPI_PER_MINUTE }),
    pypistats: createBudget({
      store,
      key: KEYS.pypistatsBudget,
      perMinute: config.PYPISTATS_PER_MINUTE,
      perSecond: PYPISTATS_PER_SECOND,
    }),
  };
}

function createFactsOf<T>(
  source: FactsSource<T>,
  shared: Shared,
  { config, metrics }: ServicesOptions,
): Facts<T> {
  return createFacts({
    source,
    ...shared,
    keyPrefix: RECORDS_PREFIX,
    keptSeconds: config.FACTS_KEPT_SECONDS,
    patienceMs: DEADLINES.keptFactsMs,
    firstPatienceMs: DEADLINES.unknownFactsMs,
    loadTimeoutMs: UPSTREAM_DEADLINES.loadMs,
    memoryMaxBytes: config.MEMORY_MAX_BYTES / 4,
    // pypistats.org's source spreads its own due times.
    jitter: source.name === 'pypi' ? 0.1 : 0,
    observe(event) {
      if (event.kind === 'served') metrics.facts(source.name, event.state, event.tier);
      else if (event.kind === 'refreshed') metrics.refresh(source.name, event.outcome);
      else metrics.refresh(source.name, event.kind);
    },
  });
}

interface Upstream extends UpstreamClient {
  readonly isLeftAlone: () => boolean;
}

function createUpstream(
  name: string,
  url: string,
  concurrency: number,
  options: ServicesOptions,
): Upstream {
  const { config, log, metrics, version } = options;
  let isOpen = false;
  const client = createUpstreamClient({
    url,
    userAgent: `pypins/${version} (${config.CONTACT || 'contact not set'})`,
    concurrency,
    maxBytes: config.UPSTREAM_MAX_BYTES,
    observe: (outcome, seconds) => metrics.upstream(name, outcome, seconds),
    onBreaker(open) {
      isOpen = open;
      metrics.breaker(name, open);
      log.warn(
        { upstream: name },
        open ? 'upstream fails: it is left alone for a while' : 'upstream answers again',
      );
    },
  });
  return { ...client, isLeftAlone: () => isOpen };
}
