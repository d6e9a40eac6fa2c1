import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createSqliteStore } from '../../cache/store/sqlite/store.ts';
import type { DownloadRow } from '../../sample/clickhouse/tables.ts';
import { createClickHouse } from '../../src/downloads/clickhouse/client.ts';
import { createSeriesSource, pointsOf, seriesId } from '../../src/downloads/series.ts';
import {
  type ClickHouseEngine,
  HAS_ENGINE,
  startClickHouse,
} from '../support/clickhouse/engine.ts';
import { createStatements, insertStatements } from '../support/clickhouse/rows.ts';
import { createClock, LAST, load, openLoader, rowsOf } from '../integration/downloads/scene.ts';

// The real engine, with the limits of the public server.

const PROJECTS = 120_000;
const ROWS: readonly DownloadRow[] = [
  ...rowsOf('requests', 100),
  ...rowsOf('requests', 7, { installer: '' }),
  ...rowsOf('flask', 1000, { installer: 'bandersnatch' }),
  ...rowsOf('flask', 10, { installer: 'uv' }),
  ...rowsOf('Not.Normalized', 10),
  // A row that is merged only later, and a repair.
  ...rowsOf('requests', 1),
  { project: 'flask', date: LAST, count: -2 },
];

const openStore = () => {
  const store = createSqliteStore({ path: ':memory:', maxBytes: 64_000_000 });
  onTestFinished(() => store.close());
  return store;
};

describe.runIf(HAS_ENGINE)('in a real ClickHouse', () => {
  let engine: ClickHouseEngine;

  beforeAll(async () => {
    engine = await startClickHouse();
    engine.run(
      ...createStatements(),
      `INSERT INTO pypi.pypi_downloads_per_day_by_version_by_installer_by_type
        SELECT concat('many-', toString(number)), '1', toDate('${LAST}') - number % 3, 'pip', 'sdist', number % 100 + 1
        FROM numbers(${PROJECTS})`,
      ...insertStatements(ROWS),
    );
  });
  afterAll(() => engine.close());

  test('cuts the answer to a naive query short, and says 200', async () => {
    const table = 'pypi.pypi_downloads_per_day_by_version_by_installer_by_type';
    const sql = `SELECT project, sum(count) FROM ${table} GROUP BY project\nFORMAT JSONCompactEachRow`;
    const response = await fetch(engine.url, { method: 'POST', body: sql });
    expect(response.status).toBe(200);
    const rows = (await response.text()).trim().split('\n').length;
    expect(rows).toBeLessThan(PROJECTS);
  });

  test('loads every project under these limits, in halves of ranges where it must', async () => {
    engine.limit(40_000);
    onTestFinished(() => engine.limit(1_000_000_000));
    const clock = createClock();
    const { loader, records, find } = openLoader(openStore(), engine.url, clock);
    await load(loader);
    const published = await records.published();
    expect(published?.current).toMatchObject({ day: LAST });
    expect(published?.current.bounds.length).toBeGreaterThan(23);
    expect(await find('requests')).toMatchObject({
      counts: {
        lastDay: 101,
        lastWeek: 707,
        lastMonth: 3030,
        lastMonthWithMirrors: 3240,
        total: 4320,
      },
    });
    expect(await find('flask')).toMatchObject({
      counts: { lastDay: 8, lastMonth: 298, lastMonthWithMirrors: 30_298 },
    });
    expect(await find('many-119999')).toMatchObject({ counts: { lastMonth: 100, total: 100 } });
    for (let i = 0; i < PROJECTS; i += 1_999)
      expect(await find(`many-${i}`)).toMatchObject({ counts: { total: (i % 100) + 1 } });
    expect(await find('Not.Normalized')).toMatchObject({ state: 'absent' });
  });

  test('is not believed where it ignores read_overflow_mode', async () => {
    const { loader } = openLoader(openStore(), engine.url, createClock(), {
      clickhouse: {
        query: async ({ sql }) =>
          fetch(engine.url, {
            method: 'POST',
            body: `${sql.replace(/\{e:Date\}/g, `toDate('${LAST}')`)}\nFORMAT JSONCompactEachRow`,
          }).then(async (response) => response.json()),
      },
    });
    await expect(load(loader)).rejects.toThrow('another shape');
  });

  test.each([
    ['overall', ['with_mirrors', 'without_mirrors']],
    ['python', ['3.12', 'null']],
    ['system', ['Linux', 'null', 'other']],
  ] as const)('answers with downloads a day by %s', async (breakdown, categories) => {
    const values = `('${LAST}', 'requests', '1.0'`;
    engine.run(
      `INSERT INTO pypi.pypi_downloads_per_day_by_version_by_python VALUES ${values}, '3.12', 5), ${values}, '', 6)`,
      `INSERT INTO pypi.pypi_downloads_per_day_by_version_by_system VALUES ${values}, 'Linux', 5), ${values}, 'Haiku', 6), ${values}, '', 7)`,
    );
    const clickhouse = createClickHouse({
      config: {
        CLICKHOUSE_URL: engine.url,
        CLICKHOUSE_USER: 'demo',
        CLICKHOUSE_PASSWORD: '',
        CLICKHOUSE_QUERIES_PER_HOUR: 100,
        CONTACT: '',
      },
      store: openStore(),
      version: '0',
    });
    onTestFinished(() => clickhouse.close());
    const { query } = clickhouse;
    const source = createSeriesSource({
      database: 'pypi',
      lastDay: async () => LAST,
      hasNone: async () => false,
      query,
    });
    const signal = AbortSignal.timeout(60_000);
    const loaded = await source.load(seriesId('requests', breakdown), undefined, signal);
    const points = loaded.state === 'known' ? pointsOf(loaded.value) : [];
    expect([...new Set(points.map(({ category }) => category))]).toEqual(categories);
  });
});
