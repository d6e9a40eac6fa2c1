import type { Facts } from '../../cache/facts/contract.ts';
import { KEYS } from '../keys.ts';
import { createBudget } from './budget.ts';
import { createFactsOf, createUpstream, type SourcesOptions, type Upstream } from './parts.ts';
import { createPypiSource, projectId } from './pypi.ts';
import type { ProjectFacts, SimpleFacts } from './schema.ts';
import { createSimpleSource } from './simple/source.ts';

/** Of the requests at once, and of the memory: the Simple API is asked for few badges, and its records are short. */
const SIMPLE_SHARE = 1 / 4;

/** The cached facts of one package index: PyPI, or another one with its APIs. */
export interface PackageIndex {
  /** The URL of an index other than PyPI, as `normalizeIndexUrl` returns it. */
  readonly url: string | undefined;
  /** From the JSON API. */
  readonly projects: Facts<ProjectFacts>;
  /** From the Simple API, asked only for what the JSON API lacks. */
  readonly simple: Facts<SimpleFacts>;
  /** Expires the records of a project and its releases in all processes; returns their number. */
  readonly expire: (project: string) => Promise<number>;
  /** Expires all records; returns their number. */
  readonly expireEverything: () => Promise<number>;
  /** The requests left in this quarter of a minute. */
  readonly budgetLeft: () => number;
  /** Bytes of facts in memory. */
  readonly bytes: () => number;
  /** Client of the JSON API. */
  readonly client: Upstream;
  /** Aborts running refreshes. */
  readonly close: () => Promise<void>;
}

/**
 * Creates the facts of PyPI, or of the index with the URL, whose records, budget and breakers are its own. One of its APIs
 * that fails or hangs leaves the other one its connections. `memoryShare`: share of `MEMORY_MAX_BYTES`.
 */
export function createPackageIndex(
  url: string | undefined,
  memoryShare: number,
  options: SourcesOptions,
): PackageIndex {
  const { config, store } = options;
  const { PYPI_CONCURRENCY, PYPI_PER_MINUTE, FACTS_FRESH_SECONDS: freshSeconds } = config;
  const [name, simpleName] = [nameOf('pypi', url), nameOf('simple', url)];
  const address = url ?? config.PYPI_URL;
  const forSimple = Math.max(1, Math.floor(PYPI_CONCURRENCY * SIMPLE_SHARE));
  const client = createUpstream(name, address, Math.max(1, PYPI_CONCURRENCY - forSimple), options);
  const simpleClient = createUpstream(simpleName, address, forSimple, options);
  const budget = createBudget({ store, key: KEYS.indexBudget(name), perMinute: PYPI_PER_MINUTE });
  const projects = createFactsOf(
    createPypiSource({ name, client, budget, freshSeconds }),
    memoryShare * (1 - SIMPLE_SHARE),
    options,
  );
  const simple = createFactsOf(
    createSimpleSource({ name: simpleName, client: simpleClient, budget, freshSeconds }),
    memoryShare * SIMPLE_SHARE,
    options,
  );
  const both = [projects, simple] as const;
  return {
    url,
    projects,
    simple,
    async expire(project) {
      const kept = await Promise.all(both.map((facts) => facts.expire(project)));
      const releases = both.map((facts) => facts.expireAll(projectId(project, '')));
      return kept.filter(Boolean).length + (await sum(releases));
    },
    expireEverything: () => sum(both.map((facts) => facts.expireAll(''))),
    budgetLeft: () => budget.left(),
    bytes: () => both.reduce((bytes, facts) => bytes + facts.stats().bytes, 0),
    client,
    async close() {
      budget.close();
      await Promise.all(both.map((facts) => facts.close()));
      await Promise.all([client.close(), simpleClient.close()]);
    },
  };
}

/** The name of a source. The URL is encoded, because ":" ends the name in the keys. */
function nameOf(api: 'pypi' | 'simple', url: string | undefined): string {
  return url === undefined ? api : `${api}@${encodeURIComponent(url)}`;
}

async function sum(counts: readonly Promise<number>[]): Promise<number> {
  return (await Promise.all(counts)).reduce((total, count) => total + count, 0);
}
