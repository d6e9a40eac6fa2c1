import type { Facts } from '../../cache/facts/contract.ts';
import { KEYS } from '../keys.ts';
import { createBudget } from './budget.ts';
import { createFactsOf, createUpstream, type SourcesOptions, type Upstream } from './parts.ts';
import { createPypiSource, projectId } from './pypi.ts';
import type { ProjectFacts } from './schema.ts';

/** The cached facts of one package index: PyPI, or another one with its API. */
export interface PackageIndex {
  /** The URL of an index other than PyPI, as `normalizeIndexUrl` returns it. */
  readonly url: string | undefined;
  readonly projects: Facts<ProjectFacts>;
  /** Expires the records of a project and its releases in all processes; returns their number. */
  readonly expire: (project: string) => Promise<number>;
  /** Expires all records; returns their number. */
  readonly expireEverything: () => Promise<number>;
  /** The requests left in this quarter of a minute. */
  readonly budgetLeft: () => number;
  /** Bytes of facts in memory. */
  readonly bytes: () => number;
  readonly client: Upstream;
  /** Aborts running refreshes. */
  readonly close: () => Promise<void>;
}

/**
 * Creates the facts of PyPI, or of the index with the URL, whose records, budget and breaker are its own. `memoryShare`:
 * share of `MEMORY_MAX_BYTES`.
 */
export function createPackageIndex(
  url: string | undefined,
  memoryShare: number,
  options: SourcesOptions,
): PackageIndex {
  const { config, store } = options;
  // Encoded, because ":" ends the name of a source in the keys.
  const name = url === undefined ? 'pypi' : `pypi@${encodeURIComponent(url)}`;
  const client = createUpstream(name, url ?? config.PYPI_URL, config.PYPI_CONCURRENCY, options);
  const budget = createBudget({
    store,
    key: KEYS.indexBudget(name),
    perMinute: config.PYPI_PER_MINUTE,
  });
  const freshSeconds = config.FACTS_FRESH_SECONDS;
  const source = createPypiSource({ name, client, budget, freshSeconds });
  const projects = createFactsOf(source, memoryShare, options);
  return {
    url,
    projects,
    async expire(project) {
      const isKept = await projects.expire(project);
      return (await projects.expireAll(projectId(project, ''))) + Number(isKept);
    },
    expireEverything: () => projects.expireAll(''),
    budgetLeft: () => budget.left(),
    bytes: () => projects.stats().bytes,
    client,
    async close() {
      budget.close();
      await projects.close();
      await client.close();
    },
  };
}
