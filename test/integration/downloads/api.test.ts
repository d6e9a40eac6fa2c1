import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { join } from 'node:path';
import { createSqliteStore } from '../../../cache/store/sqlite/store.ts';
import type { DownloadRow } from '../../../sample/clickhouse/tables.ts';
import { ageInDays, dayOf } from '../../../src/downloads/days.ts';
import { startServiceForTest, type TestService } from '../../support/service/service.ts';
import { tempDirectoryForTest } from '../../support/temp.ts';
import {
  createClock,
  LAST,
  later,
  load,
  openLoader,
  rowsOf,
  startStandInForTest,
} from './scene.ts';

const YESTERDAY = dayOf(Date.now(), -1);
const BEFORE = dayOf(Date.now(), -2);
const ROWS: readonly DownloadRow[] = later(
  [
    ...rowsOf('requests', 60, { python: '3.12', system: 'Linux' }),
    ...rowsOf('requests', 40, { python: '3.9', system: 'Windows' }),
    ...rowsOf('requests', 5, { python: '2.7', system: 'other' }),
    ...rowsOf('requests', 1, { installer: 'bandersnatch' }),
    ...rowsOf('mirrored', 9, { installer: 'bandersnatch' }),
    ...rowsOf('rare', 2).filter(({ date }) => date !== LAST),
  ],
  ageInDays(LAST, Date.now()) - 1,
);

async function openApi(settings: Readonly<Record<string, string>> = {}, isLoaded = true) {
  const standIn = await startStandInForTest(ROWS);
  const directory = await tempDirectoryForTest();
  const service = await startServiceForTest({
    DOWNLOADS_SOURCE: 'clickhouse',
    CLICKHOUSE_URL: standIn.url,
    CACHE_DIR: directory,
    ...settings,
  });
  if (isLoaded) await loadInto(directory, standIn.url);
  return { service, standIn };
}

async function loadInto(directory: string, url: string): Promise<void> {
  const path = join(directory, 'facts.sqlite');
  const store = createSqliteStore({ path, maxBytes: 512 * 1024 * 1024 });
  onTestFinished(() => store.close());
  const clock = Object.assign(createClock(), { nowMs: Date.now() });
  await load(openLoader(store, url, clock).loader);
}

/** A request as the Python client sends it (pypistats 1.x): "&" before each parameter. */
async function ask(service: TestService, path: string, query = '') {
  const response = await service.get(`/api/packages/${path}?${query}`, {
    headers: { 'User-Agent': 'pypistats/1.9.0' },
  });
  return { response, text: await response.text() };
}

const seriesAnswer = z.object({
  type: z.string(),
  data: z.array(z.object({ category: z.string(), date: z.string(), downloads: z.number() })),
});

const RECENT = { last_day: 105, last_month: 3150, last_week: 735 };

test('answers what the Python client asks for, from the load and from ClickHouse', async () => {
  const { service } = await openApi();
  const point = (category: string, date: string, downloads: number) => ({
    category,
    date,
    downloads,
  });

  const recent = await ask(service, 'requests/recent');
  expect(recent.text).toBe(
    `${JSON.stringify({ data: RECENT, package: 'requests', type: 'recent_downloads' })}\n`,
  );
  expect(recent.response.headers.get('content-type')).toBe('application/json');
  expect(Number(recent.response.headers.get('x-edge-ttl'))).toBeGreaterThanOrEqual(60);
  expect(JSON.parse((await ask(service, 'requests/recent', '&period=day')).text)).toMatchObject({
    data: { last_day: 105 },
  });

  const dataOf = async (path: string, query?: string) =>
    seriesAnswer.parse(JSON.parse((await ask(service, path, query)).text));
  const overall = await dataOf('requests/overall');
  expect(overall.type).toBe('overall_downloads');
  expect(overall.data).toHaveLength(80);
  expect(overall.data.slice(38, 42)).toEqual([
    point('with_mirrors', BEFORE, 106),
    point('with_mirrors', YESTERDAY, 106),
    point('without_mirrors', dayOf(Date.now(), -40), 105),
    point('without_mirrors', dayOf(Date.now(), -39), 105),
  ]);
  const withoutMirrors = await dataOf('requests/overall', '&mirrors=false');
  expect(withoutMirrors.data.at(-1)).toEqual(point('without_mirrors', YESTERDAY, 105));
  expect(withoutMirrors.data).toHaveLength(40);

  const major = await dataOf('requests/python_major');
  expect(major.type).toBe('python_major_downloads');
  expect(new Set(major.data.map(({ category }) => category))).toEqual(new Set(['2', '3', 'null']));
  expect((await dataOf('requests/python_major', '&version=3')).data.at(-1)).toEqual(
    point('3', YESTERDAY, 100),
  );
  expect((await dataOf('requests/python_minor', '&version=3.9')).data.at(-1)).toEqual(
    point('3.9', YESTERDAY, 40),
  );
  expect((await dataOf('requests/system', '&os=linux')).data.at(-1)).toEqual(
    point('Linux', YESTERDAY, 60),
  );
});

test.each([
  ['a system in title case', 'requests/system', 'os=other'],
  ['a version in title case', 'requests/python_minor', 'version=null'],
  ['a project without downloads', 'nobody/system', ''],
  ['an upper-case name', 'Requests/system', ''],
  ['a run of hyphens', 'a--b/python_major', ''],
  ['a name beyond ASCII', '%C3%A9%f0%9f%90%8d/python_minor', ''],
])('%s has no data, and is no error', async (_what, path, query) => {
  const { service, standIn } = await openApi();
  const before = standIn.queries.length;
  const { response, text } = await ask(service, path, query);
  expect(response.status).toBe(200);
  expect(JSON.parse(text)).toMatchObject({ data: [] });
  // As Flask writes it.
  expect(text).toMatch(/^[\x20-\x7e]+\n$/);
  expect(standIn.queries.length - before).toBe(path.startsWith('requests/') ? 1 : 0);
});

test('the project __all__ is the sum of all', async () => {
  const { service } = await openApi();
  const { text } = await ask(service, '__all__/recent', '&period=month');
  const data = { last_month: RECENT.last_month + 29 * 2 };
  expect(text).toBe(`${JSON.stringify({ data, package: '__all__', type: 'recent_downloads' })}\n`);
});

test.each([
  ['a project without downloads', 'nobody/recent', ''],
  ['a project that only mirrors download', 'mirrored/recent', ''],
  ['a period that does not exist', 'requests/recent', 'period=year'],
  ['an empty period', 'requests/recent', 'period='],
  ['a period without downloads', 'rare/recent', 'period=day'],
  ['downloads by day of all projects', '__all__/overall', ''],
  ['downloads by day of a project without any', 'nobody/overall', ''],
  ['an upper-case name', 'Requests/recent', ''],
  ['a run of hyphens', 'a--b/recent', ''],
  ['a slash at the end', 'requests/recent/', ''],
  ['doubled slashes', 'requests//recent', ''],
  ['an unknown endpoint', 'requests/lately', ''],
  ['a name with an escaped slash', 'a%2Fb/recent', ''],
  ['a bare percent sign', 'a%zz/recent', ''],
])('%s is 404 in text', async (_what, path, query) => {
  const { service } = await openApi();
  const { response, text } = await ask(service, path, query);
  expect([response.status, text]).toEqual([404, '404']);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
});

test('one query answers for all parameters, and its answer is kept', async () => {
  const { service, standIn } = await openApi();
  const before = standIn.queries.length;
  for (const query of ['', '&mirrors=true', '&mirrors=false', '&mirrors=x'])
    expect((await ask(service, 'requests/overall', query)).response.status).toBe(200);
  await ask(service, 'requests/python_major');
  await ask(service, 'requests/python_minor', '&version=3.12');
  expect(standIn.queries.length - before).toBe(2);
});

test('the limits of pypistats.org hold for what is not known, and for nothing else', async () => {
  const { service } = await openApi({ LIMIT_EXEMPT: 'none' });
  const names = Array.from({ length: 12 }, (_, i) => `project-${i}`);
  const answers = await Promise.all(names.map((name) => ask(service, `${name}/system`)));
  const refused = answers.filter(({ response }) => response.status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(1);
  expect(refused[0]?.text).toBe('<a href="/api/#etiquette">429 RATE LIMIT EXCEEDED</a>');
  expect(refused[0]?.response.headers.get('retry-after')).toBeNull();
  expect((await ask(service, 'requests/recent')).response.status).toBe(200);
});

test('says 503 where ClickHouse does not answer and nothing is known', async () => {
  const { service, standIn } = await openApi();
  standIn.misbehave('quota');
  const { response, text } = await ask(service, 'requests/overall');
  expect([response.status, text]).toEqual([503, '503 TEMPORARILY DISABLED']);
});

test('asks ClickHouse for no more than the queries of an hour', async () => {
  const { service, standIn } = await openApi({ CLICKHOUSE_QUERIES_PER_HOUR: '27' });
  const before = standIn.queries.length;
  for (const endpoint of ['overall', 'python_minor', 'system'])
    await ask(service, `requests/${endpoint}`);
  expect(standIn.queries.length - before).toBe(2);
});

test('clients cause at most half of the queries of an hour, so that the load has its own', async () => {
  const { service, standIn } = await openApi({ CLICKHOUSE_QUERIES_PER_HOUR: '5' }, false);
  for (const name of ['a', 'b', 'c', 'd', 'e']) await ask(service, `${name}/system`);
  expect(standIn.queries).toHaveLength(2);
});

test('without DOWNLOADS_SOURCE, recent comes from pypistats.org, and the rest is 404', async () => {
  const service = await startServiceForTest();
  const recent = await ask(service, 'requests/recent');
  expect(JSON.parse(recent.text)).toMatchObject({ package: 'requests', type: 'recent_downloads' });
  for (const path of ['requests/overall', 'requests/system', 'nobody/recent'])
    expect((await ask(service, path)).text).toBe('404');
});

test('the page at /api/ describes the API; other methods are refused', async () => {
  const service = await startServiceForTest();
  const page = await service.get('/api/');
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('id="etiquette"');
  expect((await service.get('/api/packages/requests/recent', { method: 'POST' })).status).toBe(405);
});
