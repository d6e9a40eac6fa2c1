import type { Facts } from '../../cache/facts/contract.ts';
import { loadOnce } from '../../cache/load-once.ts';
import { createFactsOf, type SourcesOptions } from '../facts/parts.ts';
import type { ClickHouse } from './clickhouse/client.ts';
import type { Loaded } from './loaded.ts';
import { createSeriesSource, type Series } from './series.ts';

/** Downloads by day, and their connection. */
export interface OpenedSeries {
  readonly series: Facts<Series>;
  /** Queries left in this hour, as this process last saw it. */
  readonly queriesLeft: () => number;
  readonly close: () => Promise<void>;
}

/** Creates the facts of downloads by day. The client of ClickHouse is loaded with the first query. */
export function openSeries(
  loaded: Pick<Loaded, 'look' | 'find'>,
  memoryShare: number,
  options: SourcesOptions,
): OpenedSeries {
  const { config, store, version, metrics } = options;
  let client: ClickHouse | undefined;
  const open = loadOnce(async () => {
    const { createClickHouse } = await import('./clickhouse/client.ts');
    client = createClickHouse({
      config,
      store,
      version,
      isOnDemand: true,
      observe: (outcome, seconds) => metrics.upstream('clickhouse', outcome, seconds),
    });
    return client;
  });
  const source = createSeriesSource({
    database: config.CLICKHOUSE_DATABASE,
    lastDay: async () => (await loaded.look())?.current.day,
    hasNone: async (project) => (await loaded.find(project)).state === 'absent',
    query: async (query, signal) => (await open()).query(query, signal),
  });
  const series = createFactsOf(source, memoryShare, options);
  return {
    series,
    queriesLeft: () => client?.queriesLeft() ?? config.CLICKHOUSE_QUERIES_PER_HOUR,
    async close() {
      await series.close();
      await client?.close();
    },
  };
}
