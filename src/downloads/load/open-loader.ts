import { statfs } from 'node:fs/promises';
import type { Shared, SourcesOptions } from '../../facts/parts.ts';
import { type ClickHouse, createClickHouse } from '../clickhouse/client.ts';
import { createLoader, type Loader } from './load.ts';
import { createLoadRecords, type LoadRecords } from '../loads.ts';

/** What loads the counts of all projects, and its connection. */
export interface OpenedLoader {
  readonly loader: Loader;
  readonly records: LoadRecords;
  readonly clickhouse: ClickHouse;
}

/** Creates the loader of a process, by its settings. The caller closes `clickhouse`. */
export function openLoader(
  options: Pick<SourcesOptions, 'config' | 'log' | 'metrics' | 'version'> & Pick<Shared, 'store'>,
): OpenedLoader {
  const { config, log, metrics, store, version } = options;
  const records = createLoadRecords(store);
  const clickhouse = createClickHouse({
    config,
    store,
    version,
    observe: (outcome, seconds) => metrics.upstream('clickhouse', outcome, seconds),
  });
  const loader = createLoader({
    store,
    records,
    clickhouse,
    database: config.CLICKHOUSE_DATABASE,
    pauseMs: config.CLICKHOUSE_PAUSE_SECONDS * 1000,
    maxBytes: config.DOWNLOADS_MAX_BYTES,
    freeBytes: () => freeBytes(store.tier, config.CACHE_DIR),
    log,
  });
  return { loader, records, clickhouse };
}

/** The room on the disk of SQLite's file; Redis drops what is old. Infinite if it cannot be told. */
async function freeBytes(tier: 'redis' | 'sqlite', directory: string): Promise<number> {
  if (tier === 'redis') return Infinity;
  return statfs(directory).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Infinity,
  );
}
