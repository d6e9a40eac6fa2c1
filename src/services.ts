import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createFacts, type Facts, type FactsSource } from '../cache/facts.ts';
import { createMemoryCache, type MemoryCache } from '../cache/memory.ts';
import { createSingleFlight } from '../cache/single-flight.ts';
import { composeSpec } from './badges/compose.ts';
import { DEADLINES, UPSTREAM_DEADLINES } from './deadlines.ts';
import type { Sources } from './describe.ts';
import { FAULTS } from './errors.ts';
import type { DownloadFacts, ProjectFacts } from './facts.ts';
import { bytesOfAnswer, type RememberedAnswer } from './http/remembered.ts';
import { createImaging } from './imaging/imaging.ts';
import { createPictures, drawSpares, type Pictures } from './pictures.ts';
import { type Budget, createBudget } from './upstream/budget.ts';
import { createUpstreamClient, type UpstreamClient } from './upstream/client.ts';
import { createPypiSource, projectId } from './upstream/pypi.ts';
import { createPypistatsSource } from './upstream/pypistats.ts';
import {
  createDisk,
  createShared,
  FACTS_FORMAT,
  KEY_PREFIX,
  type ServicesOptions,
  type Shared,
} from './stores.ts';

const PYPISTATS_PER_SECOND = 2;
const PYPISTATS_CONCURRENCY = 2;
/** How long a start waits for the store: without it, this process would ask PyPI for what all others know. */
const STORE_PATIENCE_MS = 500;
const BUSY = composeSpec({ ...FAULTS.busy, label: 'pypi' }, { style: 'flat' });

/** Everything that lives as long as the process. */
export interface Services {
  readonly sources: Sources;
  readonly pictures: Pictures;
  /** Whole answers of the last second. */
  readonly answers: MemoryCache<RememberedAnswer>;
  /** Makes what is kept of a project and its releases due, for all processes; how many records that were. */
  readonly expire: (project: string) => Promise<number>;
  /** The same for all that is kept. */
  readonly expireEverything: () => Promise<number>;
  /** Lets go of connections, files and timers; never rejects. */
  close(): Promise<void>;
}

/** The composition root: the one place where what lives long is made and joined. */
export async function createServices(options: ServicesOptions): Promise<Services> {
  const { config, log, metrics } = options;
  await mkdir(config.CACHE_DIR, { recursive: true }).catch((error: unknown) => {
    log.error({ err: error }, 'CACHE_DIR cannot be made: nothing is kept on disk');
  });
  const shared = createShared(options);
  const { store, messages } = shared;
  const { sources, budget, closeUpstreams } = createSources(shared, options);
  const imaging = await createImaging({
    directory: join(config.CACHE_DIR, 'fonts'),
    concurrency: config.DRAWING_CONCURRENCY,
    queueLimit: config.DRAWING_QUEUE,
  });
  const memory = createMemoryCache<Buffer>({
    maxBytes: (config.MEMORY_MAX_BYTES / 8) * 3,
    sizeOf: (bytes) => bytes.length,
  });
  const answers = createMemoryCache({
    maxBytes: config.MEMORY_MAX_BYTES / 8,
    sizeOf: bytesOfAnswer,
  });
  // Whole answers are a second old at most; of what has expired, none may be given again.
  messages.subscribe(() => answers.clear());
  const disk = createDisk(options);
  const pictures = createPictures({
    memory,
    disk,
    flights: createSingleFlight(),
    imaging,
    spares: await drawSpares(imaging, BUSY),
    observe: metrics.picture,
  });

  await store.ready(STORE_PATIENCE_MS);
  metrics.watch({
    drawingRunning: () => imaging.queue().running,
    drawingWaiting: () => imaging.queue().waiting,
    budgetLeft: () => budget.left(),
    factsBytes: () => sources.projects.stats().bytes + sources.downloads.stats().bytes,
    picturesBytes: () => memory.stats().bytes,
    answersBytes: () => answers.stats().bytes,
    diskBytes: () => disk.stats().bytes,
    storeHealthy: () => store.healthy,
  });

  return {
    sources,
    pictures,
    answers,
    expire: (project) => expire(sources, project),
    expireEverything: () => expireEverything(sources),
    async close() {
      await closeUpstreams();
      await disk.close();
      await messages.close();
      await store.close();
    },
  };
}

async function expire(sources: SourcesInUse['sources'], project: string): Promise<number> {
  const { projects, downloads } = sources;
  const kept = await Promise.all([projects.expire(project), downloads.expire(project)]);
  const releases = await projects.expireAll(projectId(project, ''));
  return releases + kept.filter(Boolean).length;
}

async function expireEverything({ projects, downloads }: SourcesInUse['sources']): Promise<number> {
  return (await projects.expireAll('')) + (await downloads.expireAll(''));
}

interface SourcesInUse {
  readonly sources: {
    readonly projects: Facts<ProjectFacts>;
    readonly downloads: Facts<DownloadFacts>;
  };
  readonly budget: Budget;
  readonly closeUpstreams: () => Promise<void>;
}

/** PyPI and pypistats.org, and what is kept of them. */
function createSources(shared: Shared, options: ServicesOptions): SourcesInUse {
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
    key: `${KEY_PREFIX}:${FACTS_FORMAT}:budget:pypistats`,
    perMinute: config.PYPISTATS_PER_MINUTE,
    perSecond: PYPISTATS_PER_SECOND,
  });
  const projects = createFactsOf(
    createPypiSource(pypi, config.FACTS_FRESH_SECONDS),
    shared,
    options,
  );
  const downloads = createFactsOf(
    createPypistatsSource({ client: pypistats, budget, findProject: (name) => projects.get(name) }),
    shared,
    options,
  );
  return {
    sources: { projects, downloads },
    budget,
    async closeUpstreams() {
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
    keyPrefix: KEY_PREFIX,
    formatVersion: FACTS_FORMAT,
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

function createUpstream(
  name: string,
  url: string,
  concurrency: number,
  options: ServicesOptions,
): UpstreamClient {
  const { config, log, metrics, version } = options;
  return createUpstreamClient({
    url,
    userAgent: `pypins/${version} (${config.CONTACT || 'contact not set'})`,
    concurrency,
    maxBytes: config.UPSTREAM_MAX_BYTES,
    observe: (outcome, seconds) => metrics.upstream(name, outcome, seconds),
    onBreaker(open) {
      metrics.breaker(name, open);
      log.warn(
        { upstream: name },
        open ? 'upstream fails: it is left alone for a while' : 'upstream answers again',
      );
    },
  });
}
