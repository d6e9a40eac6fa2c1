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
/** How long a start waits for the store; without it, this process would fetch records that the others have. */
const STORE_PATIENCE_MS = 500;

/** The cached facts of PyPI and pypistats.org. */
export interface Sources {
  readonly projects: Facts<ProjectFacts>;
  readonly downloads: Facts<DownloadFacts>;
  /** Client of PyPI, for its feeds. */
  readonly pypi: UpstreamClient;
  /** Returns the requests to pypistats.org left in this quarter of a minute. */
  readonly budgetLeft: () => number;
  /** Returns which upstreams have an open breaker: they failed repeatedly and get no requests for a while. */
  readonly leftAlone: () => Readonly<Record<'pypi' | 'pypistats', boolean>>;
  /** Expires the records of a project and its releases in all processes; returns their number. */
  readonly expire: (project: string) => Promise<number>;
  /** Expires all records; returns their number. */
  readonly expireEverything: () => Promise<number>;
  /** Aborts running refreshes; the stores stay open. */
  readonly close: () => Promise<void>;
}

/** The sources together with their stores, for commands that serve no pictures. */
export interface OpenedSources extends Shared {
  readonly sources: Sources;
  /** Closes sources and stores. Never rejects. */
  readonly close: () => Promise<void>;
}

/**
 * Opens the shared store and the sources over it, and waits a moment for the store. `isFollowed` tells whether a
 * follower refreshes what is held; by default there is none.
 */
export async function openSources(
  options: ServicesOptions,
  isFollowed = (): boolean => false,
): Promise<OpenedSources> {
  const { config, log } = options;
  await mkdir(config.CACHE_DIR, { recursive: true }).catch((error: unknown) => {
    log.error({ err: error }, 'cannot create CACHE_DIR: nothing is kept on disk');
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

/** Creates the sources over the shared store. */
function createSources(
  shared: Shared,
  options: ServicesOptions,
  isFollowed: () => boolean,
): Sources {
  const { config } = options;
  const { store } = shared;
  const pypi = createUpstream('pypi', config.PYPI_URL, config.PYPI_CONCURRENCY, options);
  const pypistats = createUpstream(
    'pypistats',
    config.PYPISTATS_URL,
    PYPISTATS_CONCURRENCY,
    options,
  );
  const budget = createBudget({
    store,
    key: KEYS.pypistatsBudget,
    perMinute: config.PYPISTATS_PER_MINUTE,
    perSecond: PYPISTATS_PER_SECOND,
  });
  const projects = createFactsOf(
    createPypiSource(pypi, config.FACTS_FRESH_SECONDS),
    shared,
    options,
  );
  const downloads = createFactsOf(
    createPypistatsSource({
      client: pypistats,
      budget,
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
    budgetLeft: () => budget.left(),
    leftAlone: () => ({ pypi: pypi.isLeftAlone(), pypistats: pypistats.isLeftAlone() }),
    async expire(project) {
      const kept = await Promise.all([projects.expire(project), downloads.expire(project)]);
      const releases = await projects.expireAll(projectId(project, ''));
      return releases + kept.filter(Boolean).length;
    },
    expireEverything: async () => (await projects.expireAll('')) + (await downloads.expireAll('')),
    async close() {
      budget.close();
      await Promise.all([projects.close(), downloads.close()]);
      await Promise.all([pypi.close(), pypistats.close()]);
    },
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
    // The source of pypistats.org spreads its due times itself.
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
        open ? 'upstream fails: no requests for a while' : 'upstream answers again',
      );
    },
  });
  return { ...client, isLeftAlone: () => isOpen };
}
