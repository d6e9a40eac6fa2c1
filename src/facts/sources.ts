import type { Logger } from 'pino';
import { createFacts } from '../../cache/facts/facts.ts';
import type { Facts, FactsSource } from '../../cache/facts/contract.ts';
import type { Store } from '../../cache/store/contract.ts';
import type { Messages } from '../../cache/store/messages.ts';
import type { Config } from '../config.ts';
import { DEADLINES, UPSTREAM_DEADLINES } from '../deadlines.ts';
import type { DownloadFacts, ProjectFacts } from './schema.ts';
import { KEYS, RECORDS_PREFIX } from '../keys.ts';
import type { Metrics } from '../metrics.ts';
import { createBudget } from './budget.ts';
import { createUpstreamClient, type UpstreamClient } from '../upstream/client.ts';
import { createPypiSource, projectId } from './pypi.ts';
import { createPypistatsSource } from './pypistats.ts';

const PYPISTATS_PER_SECOND = 2;
const PYPISTATS_CONCURRENCY = 2;

/** The cached facts of PyPI and pypistats.org. */
export interface Sources {
  readonly projects: Facts<ProjectFacts>;
  readonly downloads: Facts<DownloadFacts>;
  /** Client of PyPI, for its feeds. */
  readonly pypi: UpstreamClient;
  /** Returns the requests left in this quarter of a minute. */
  readonly budgetsLeft: () => Readonly<Record<'pypi' | 'pypistats', number>>;
  /** Returns which upstreams have an open breaker: they failed repeatedly and get no requests for a while. */
  readonly leftAlone: () => Readonly<Record<'pypi' | 'pypistats', boolean>>;
  /** Expires the records of a project and its releases in all processes; returns their number. */
  readonly expire: (project: string) => Promise<number>;
  /** Expires all records; returns their number. */
  readonly expireEverything: () => Promise<number>;
  /** Aborts running refreshes; the stores stay open. */
  readonly close: () => Promise<void>;
}

/** What the processes of one installation share. */
export interface Shared {
  readonly store: Store;
  readonly messages: Messages;
  /** How long a process uses facts from its memory without checking the store. */
  readonly memorySeconds: number;
}

/** The sources and their store, for a process that serves no pictures. */
export interface OpenedSources extends Shared {
  readonly sources: Sources;
  /** Closes everything; never rejects. */
  readonly close: () => Promise<void>;
}

export interface SourcesOptions extends Shared {
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly version: string;
  /** Whether a follower refreshes the records. */
  readonly isFollowed: () => boolean;
}

/** Makes the sources over the store that all processes share. */
export function createSources(options: SourcesOptions): Sources {
  const { config, isFollowed } = options;
  const pypi = createUpstream('pypi', config.PYPI_URL, config.PYPI_CONCURRENCY, options);
  const pypistats = createUpstream(
    'pypistats',
    config.PYPISTATS_URL,
    PYPISTATS_CONCURRENCY,
    options,
  );
  const budgets = createBudgets(options);
  const projects = createFactsOf(
    createPypiSource({
      client: pypi,
      budget: budgets.pypi,
      freshSeconds: config.FACTS_FRESH_SECONDS,
    }),
    options,
  );
  const downloads = createFactsOf(
    createPypistatsSource({
      client: pypistats,
      budget: budgets.pypistats,
      findProject: (name) => projects.get(name),
      isFollowed,
    }),
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

/** Creates the budgets that all processes share. */
function createBudgets({ config, store }: SourcesOptions) {
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

function createFactsOf<T>(source: FactsSource<T>, options: SourcesOptions): Facts<T> {
  const { config, metrics, store, messages, memorySeconds } = options;
  return createFacts({
    source,
    store,
    messages,
    memorySeconds,
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
  options: SourcesOptions,
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
