import { onTestFinished } from 'vitest';
import type { Store } from '../../../cache/store/contract.ts';
import { startClickHouseStandIn } from '../../../sample/clickhouse/server.ts';
import type { DownloadRow } from '../../../sample/clickhouse/tables.ts';
import { createClickHouse } from '../../../src/downloads/clickhouse/client.ts';
import { dayOf } from '../../../src/downloads/days.ts';
import { createLoader, type Loader, type LoaderOptions } from '../../../src/downloads/load/load.ts';
import { createLoaded } from '../../../src/downloads/loaded.ts';
import { createLoadRecords } from '../../../src/downloads/loads.ts';
import { createLog } from '../../../src/log.ts';
import { tempDirectoryForTest } from '../../support/temp.ts';

export const NOW = Date.UTC(2026, 10, 29, 12);
/** The last day that ClickHouse has. */
export const LAST = '2026-11-28';

/** Rows of a project, some a day, up to the last day. */
export function rowsOf(
  project: string,
  perDay: number,
  others: Partial<DownloadRow> = {},
): DownloadRow[] {
  return Array.from({ length: 40 }, (_, i) => ({
    project,
    date: dayOf(Date.parse(LAST), -i),
    ...others,
    count: perDay,
  }));
}

export const ROWS: readonly DownloadRow[] = [
  ...rowsOf('requests', 100),
  ...rowsOf('flask', 10),
  ...rowsOf('zope-interface', 1),
  ...rowsOf('flask', 1000, { installer: 'bandersnatch' }),
];

/** A clock that the test turns; waiting turns it as well. */
export function createClock() {
  const clock = {
    nowMs: NOW,
    waits: [] as number[],
    read: () => clock.nowMs,
    async wait(ms: number): Promise<void> {
      clock.waits.push(ms);
      clock.nowMs += ms;
    },
  };
  return clock;
}

type Clock = ReturnType<typeof createClock>;

/** A loader over a store and a ClickHouse, with a reader of what it has published. */
export function openLoader(
  store: Store,
  url: string,
  clock: Clock,
  options: Partial<LoaderOptions> = {},
) {
  const { log, close } = createLog('silent');
  const records = createLoadRecords(store);
  const clickhouse = createClickHouse({
    config: {
      CLICKHOUSE_URL: url,
      CLICKHOUSE_USER: 'demo',
      CLICKHOUSE_PASSWORD: '',
      CLICKHOUSE_QUERIES_PER_HOUR: 10_000,
      CONTACT: '',
    },
    store,
    version: '0',
  });
  onTestFinished(async () => {
    await clickhouse.close();
    await close();
  });
  const loader = createLoader({
    store,
    records,
    clickhouse,
    database: 'pypi',
    pauseMs: 0,
    maxBytes: 1e9,
    freeBytes: () => Promise.resolve(Infinity),
    log,
    clock: clock.read,
    wait: (ms) => clock.wait(ms),
    ...options,
  });
  const find = (project: string) =>
    createLoaded({ store, memoryMaxBytes: 1e6, clock: clock.read }).find(project);
  return { loader, records, find };
}

export async function startStandInForTest(rows: readonly DownloadRow[] = ROWS) {
  const standIn = await startClickHouseStandIn(rows);
  onTestFinished(() => standIn.close());
  return standIn;
}

export function load(loader: Loader, day?: string) {
  return loader.load(new AbortController().signal, day);
}

/** The same days later, with other counts or installers. */
export function later(
  rows: readonly DownloadRow[],
  days = 1,
  change: (row: DownloadRow) => Partial<DownloadRow> = () => ({}),
): DownloadRow[] {
  return rows.map((row) =>
    Object.assign({}, row, { date: dayOf(Date.parse(row.date), days) }, change(row)),
  );
}

/** The settings of a command that loads from this ClickHouse, and reaches nothing else. */
export async function settingsFor(url: string) {
  return {
    DOWNLOADS_SOURCE: 'clickhouse',
    CLICKHOUSE_URL: url,
    CLICKHOUSE_PAUSE_SECONDS: '0',
    CACHE_DIR: await tempDirectoryForTest(),
    PYPI_URL: 'http://127.0.0.1:9',
    PYPISTATS_URL: 'http://127.0.0.1:9',
    LOG_LEVEL: 'silent',
  };
}
