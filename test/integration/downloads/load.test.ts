import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Store } from '../../../cache/store/contract.ts';
import type { ClickHouseFault } from '../../../sample/clickhouse/server.ts';
import type { DownloadRow } from '../../../sample/clickhouse/tables.ts';
import { dayOf } from '../../../src/downloads/days.ts';
import { bucketKey } from '../../../src/downloads/loads.ts';
import { type Backend, BACKENDS } from '../cache/store/backends.ts';
import {
  createClock,
  LAST,
  later,
  load,
  openLoader,
  ROWS,
  rowsOf,
  startStandInForTest,
} from './scene.ts';

const DAY_MS = 86_400_000;
const REQUESTS = {
  lastDay: 100,
  lastWeek: 700,
  lastMonth: 3000,
  lastMonthWithMirrors: 3000,
  total: 4000,
};
describe.each(BACKENDS)('over %s', (_, start) => {
  let backend: Backend;
  let store: Store;
  let clock: ReturnType<typeof createClock>;

  beforeAll(async () => {
    backend = await start();
    return () => backend.stop();
  });

  beforeEach(async () => {
    clock = createClock();
    store = await backend.open();
    for (const key of await store.keys('pypins:')) await store.set(key, '', 1e-3);
    onTestFinished(() => store.close());
  });

  test('loads the counts of all projects, without mirrors and with them', async () => {
    const { url, queries } = await startStandInForTest();
    const { loader, records, find } = openLoader(store, url, clock);
    expect(await load(loader)).toMatchObject({ state: 'published' });
    expect(await find('requests')).toMatchObject({ state: 'counted', counts: REQUESTS });
    expect(await find('flask')).toMatchObject({
      counts: { lastDay: 10, lastMonth: 300, lastMonthWithMirrors: 30_300, total: 40_400 },
    });
    expect(await find('zope-interface')).toMatchObject({ counts: { lastWeek: 7 } });
    expect(await find('nobody')).toMatchObject({ state: 'absent' });
    expect((await records.published())?.current).toMatchObject({ day: LAST, projects: 3 });
    expect(await records.attempt()).toMatchObject({ problem: null });
    expect(queries).toHaveLength(1 + 24);
  });

  test('is not read before it is published', async () => {
    const standIn = await startStandInForTest();
    const { loader, find } = openLoader(store, standIn.url, clock);
    expect(await find('requests')).toEqual({ state: 'unloaded' });
    standIn.misbehave('reset', 20);
    await expect(load(loader)).rejects.toThrow('ClickHouse');
    expect(await find('requests')).toEqual({ state: 'unloaded' });
  });

  test('halves a range on TOO_MANY_ROWS, and remembers where', async () => {
    const standIn = await startStandInForTest();
    standIn.setRows([...ROWS, ...rowsOf('flask-admin', 5), ...rowsOf('flask-login', 5)]);
    standIn.limit(100);
    const { loader, find } = openLoader(store, standIn.url, clock);
    await load(loader);
    expect(await find('flask-login')).toMatchObject({ counts: { lastMonth: 150 } });
    const first = standIn.queries.length;
    clock.nowMs += DAY_MS;
    standIn.setRows(later([...ROWS, ...rowsOf('flask-admin', 5), ...rowsOf('flask-login', 5)]));
    await load(loader);
    const refused = first - 25;
    expect(refused).toBeGreaterThan(1);
    expect(standIn.queries.length - first).toBe(1 + 24 + refused / 2);
  });

  const FAULTS: readonly [ClickHouseFault, string][] = [
    ['partial', 'do not add up'],
    ['wrong-sums', 'do not add up'],
    ['break', 'another shape'],
    ['mid-stream', 'ClickHouse'],
    ['quota', 'Quota'],
    ['password', 'Authentication failed'],
    ['proxy', '502'],
    ['garbage', 'no whole row'],
    ['reset', 'ClickHouse'],
  ];

  test.each(FAULTS)(
    'keeps the last load while ClickHouse answers with %s, and then goes on',
    async (fault, problem) => {
      const standIn = await startStandInForTest();
      const { loader, records, find } = openLoader(store, standIn.url, clock);
      await load(loader);
      clock.nowMs += DAY_MS;
      standIn.setRows(later(ROWS, 1, ({ count }) => ({ count: count * 2 })));
      standIn.misbehave(fault, 14);
      await expect(load(loader)).rejects.toThrow(problem);
      expect(await find('requests')).toMatchObject({ counts: { lastDay: 100 } });
      expect((await records.attempt())?.problem).toContain(problem);
      standIn.misbehave(undefined);
      const before = standIn.queries.length;
      await load(loader);
      expect(await find('requests')).toMatchObject({ counts: { lastDay: 200 } });
      // The ranges that are done are not loaded again.
      expect(standIn.queries.length - before).toBeLessThan(14);
    },
  );

  test.each<[what: string, rows: () => DownloadRow[], problem: string]>([
    ['fewer projects', () => later(ROWS.filter(({ project }) => project !== 'flask')), 'projects'],
    ['no downloads', () => later(ROWS, 1, () => ({ installer: '' })), 'no downloads'],
    [
      'a tenth of the downloads',
      () => later(ROWS, 1, ({ count }) => ({ count: Math.ceil(count / 10) })),
      'downloads',
    ],
    [
      'negative counts',
      () => [...later(ROWS), ...later(rowsOf('requests', -100)).slice(0, 30)],
      'downloads',
    ],
  ])('does not publish a load with %s', async (_what, rows, problem) => {
    const standIn = await startStandInForTest();
    const { loader, find } = openLoader(store, standIn.url, clock);
    await load(loader);
    clock.nowMs += DAY_MS;
    standIn.setRows(rows());
    await expect(load(loader, dayOf(clock.nowMs, -1))).rejects.toThrow(problem);
    expect(await find('requests')).toMatchObject({ counts: REQUESTS });
    expect(await find('flask')).toMatchObject({ counts: { lastDay: 10 } });
  });

  test.each<[what: string, rows: readonly DownloadRow[], day: string]>([
    [
      'a day that is not over',
      [...ROWS, { project: 'requests', date: '2026-11-29', count: 1 }],
      LAST,
    ],
    ['a day in the future', [...ROWS, { project: 'requests', date: '2027-11-29', count: 1 }], LAST],
    [
      'a day of which a part is there',
      ROWS.filter(({ date, project }) => date !== LAST || project === 'zope-interface').concat({
        project: 'requests',
        date: LAST,
        count: 3,
      }),
      '2026-11-27',
    ],
    [
      'none of the most downloaded projects',
      ROWS.filter(({ project }) => project === 'flask'),
      LAST,
    ],
    ['a day missing before', ROWS.filter(({ date }) => date !== '2026-11-20'), LAST],
  ])('finds the last whole day where there is %s', async (_what, rows, day) => {
    const { url } = await startStandInForTest(rows);
    const { loader, records } = openLoader(store, url, clock);
    await load(loader);
    expect((await records.published())?.current.day).toBe(day);
  });

  test('has nothing to do while ClickHouse has no new day, or has lost one', async () => {
    const standIn = await startStandInForTest();
    const { loader, records } = openLoader(store, standIn.url, clock);
    await load(loader);
    clock.nowMs += DAY_MS;
    expect(await load(loader)).toEqual({ state: 'current' });
    standIn.setRows(ROWS.filter(({ date }) => date < '2026-11-25'));
    expect(await load(loader)).toEqual({ state: 'current' });
    expect((await records.published())?.current.day).toBe(LAST);
  });

  test('leaves out names that are not normalized', async () => {
    const odd = ['Flask', 'zope.interface', 'a--b', 'ünïcode', '', '~', '__all__'];
    const { url } = await startStandInForTest([...ROWS, ...odd.flatMap((name) => rowsOf(name, 7))]);
    const { loader, find } = openLoader(store, url, clock);
    await load(loader);
    for (const name of odd) expect(await find(name)).toMatchObject({ state: 'absent' });
    expect(await find('flask')).toMatchObject({ counts: { lastDay: 10 } });
  });

  test('reads the last 30 days anew, so that a repaired day mends itself', async () => {
    const standIn = await startStandInForTest();
    const { loader, find } = openLoader(store, standIn.url, clock);
    await load(loader);
    clock.nowMs += DAY_MS;
    const repaired = { project: 'requests', date: '2026-11-15', count: 900 };
    standIn.setRows([...later(ROWS), repaired]);
    await load(loader);
    expect(await find('requests')).toMatchObject({ counts: { lastMonth: 3900 } });
  });

  test('loads the same twice without a difference', async () => {
    const { url } = await startStandInForTest();
    const { loader, find } = openLoader(store, url, clock);
    await load(loader);
    await load(loader, LAST);
    expect(await find('requests')).toMatchObject({ counts: REQUESTS });
  });

  test('one process loads at a time', async () => {
    const standIn = await startStandInForTest();
    const one = openLoader(store, standIn.url, clock);
    const other = openLoader(await backend.open(), standIn.url, clock);
    const results = await Promise.all([load(one.loader), load(other.loader)]);
    expect(results.map(({ state }) => state).toSorted()).toEqual(['held', 'published']);
    expect(standIn.queries).toHaveLength(25);
  });

  test('loads the ranges again whose buckets the store has dropped, before it publishes', async () => {
    const standIn = await startStandInForTest();
    const { loader, records, find } = openLoader(store, standIn.url, clock);
    standIn.misbehave('reset', 20);
    await expect(load(loader)).rejects.toThrow('ClickHouse');
    standIn.misbehave(undefined);
    const progress = await records.progress();
    const [, number = 0] = progress?.done.find(({ projects }) => projects > 0)?.buckets[0] ?? [];
    await store.set(bucketKey({ slot: progress?.slot ?? 'a' }, number), '', 60);
    await expect(load(loader)).rejects.toThrow('has dropped 1 of 3 buckets');
    expect(await find('requests')).toEqual({ state: 'unloaded' });
    await load(loader);
    expect(await find('flask')).toMatchObject({ counts: { lastDay: 10 } });
    expect(await find('requests')).toMatchObject({ counts: REQUESTS });
  });

  test('finds the counts of the load before where a bucket is lost', async () => {
    const standIn = await startStandInForTest();
    const { loader, records, find } = openLoader(store, standIn.url, clock);
    await load(loader);
    clock.nowMs += DAY_MS;
    standIn.setRows(later(ROWS));
    await load(loader);
    const current = (await records.published())?.current;
    for (const [, number] of current?.buckets ?? [])
      await store.set(bucketKey(current ?? { slot: 'a' }, number), 'broken', 60);
    expect(await find('requests')).toMatchObject({
      state: 'missing',
      before: { counts: REQUESTS, load: { day: LAST } },
    });
  });
});
