import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createRedisStore } from '../../../cache/store/redis/store.ts';
import { createSqliteStore } from '../../../cache/store/sqlite/store.ts';
import type { Store } from '../../../cache/store/contract.ts';
import type { DownloadRow } from '../../../sample/clickhouse/tables.ts';
import { ageInDays, dayOf } from '../../../src/downloads/days.ts';
import { bucketKey, type Load } from '../../../src/downloads/loads.ts';
import { isMissing } from '../../support/programs.ts';
import { startRedis } from '../../support/redis/redis.ts';
import { startServiceForTest, type TestService } from '../../support/service/service.ts';
import { tempDirectoryForTest } from '../../support/temp.ts';
import { createClock, LAST, later, load, openLoader, ROWS, startStandInForTest } from './scene.ts';

const CLICKHOUSE = { DOWNLOADS_SOURCE: 'clickhouse' };

interface Opened {
  readonly service: TestService;
  readonly store: Store;
}

async function openWithSqlite(): Promise<Opened> {
  const directory = await tempDirectoryForTest();
  const service = await startServiceForTest({ ...CLICKHOUSE, CACHE_DIR: directory });
  const path = join(directory, 'facts.sqlite');
  return { service, store: createSqliteStore({ path, maxBytes: 512 * 1024 * 1024 }) };
}

async function openWithRedis(): Promise<Opened> {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const service = await startServiceForTest({ ...CLICKHOUSE, REDIS_URL: redis.url });
  const store = createRedisStore({ url: redis.url, timeoutMs: 60_000 });
  await store.ready(60_000);
  return { service, store };
}

const STORES: readonly (readonly [string, () => Promise<Opened>])[] = [
  ['sqlite', openWithSqlite],
  ...(isMissing('redis-server') ? [] : [['redis', openWithRedis] as const]),
];

/** Publishes a load whose last day is some days ago; 1 for yesterday. */
async function publishLoad(
  store: Store,
  daysAgo = 1,
  rows: readonly DownloadRow[] = ROWS,
): Promise<Load> {
  onTestFinished(() => store.close());
  const today = Date.now();
  const shifted = later(rows, ageInDays(LAST, today) - daysAgo);
  const { url } = await startStandInForTest(shifted);
  const clock = Object.assign(createClock(), { nowMs: today });
  const { loader } = openLoader(store, url, clock);
  const result = await load(loader, dayOf(today, -daysAgo));
  if (result.state !== 'published') throw new Error('nothing was published');
  return result.load;
}

const requestsToPypistats = ({ standIn }: TestService): string[] =>
  standIn.requests.flatMap(({ path }) => (path.startsWith('/api/') ? [path] : []));

const SHOWN: readonly (readonly [path: string, message: string, color: string, query?: string])[] =
  [
    ['/pypi/dm/requests', '3k/month', 'brightgreen'],
    ['/pypi/dw/requests', '700/week', 'green'],
    ['/pypi/dd/Flask', '10/day', 'yellowgreen'],
    ['/d/zope.interface/badge', '30/month', 'brightgreen'],
    ['/d/requests/badge', '3k/month', 'brightgreen'],
    ['/pypi/dt/requests', '4k', 'brightgreen'],
    ['/pepy/dt/flask', '40k', 'brightgreen'],
    ['/download/requests/badge', '4k', 'brightgreen', '?period=total'],
    ['/download/flask/badge', '40,400', 'brightgreen', '?period=total&number=full'],
    // PyPI knows it, and nobody has downloaded it.
    ['/pypi/dm/sample-plain', '0/month', 'red'],
    ['/pepy/dt/sample-plain', '0', 'red'],
  ];

describe.each(STORES)('over %s', (tier, open) => {
  test('badges show the counts of the load, without a request to pypistats.org', async () => {
    const { service, store } = await open();
    const { day } = await publishLoad(store);
    for (const [path, message, color, query = ''] of SHOWN) {
      const response = await service.get(`${path}.json${query}`);
      expect(await response.json()).toMatchObject({ label: 'downloads', message, color });
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'x-badge-status': 'ok',
        'x-badge-source': 'clickhouse',
        'x-badge-counts-through': day,
      });
      expect(response.headers.get('x-cache')).toContain(tier);
      expect(response.headers.get('access-control-expose-headers')).toContain('Counts-Through');
      expect(Number(response.headers.get('x-edge-ttl'))).toBeGreaterThanOrEqual(3600);
    }
    expect(requestsToPypistats(service)).toEqual([]);
  });

  test('a project that neither the load nor PyPI has is not found', async () => {
    const { service, store } = await open();
    await publishLoad(store);
    const response = await service.get('/pypi/dt/nobody.json');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ message: 'package or version not found' });
  });

  test('a load whose last day is more than three days ago is stale', async () => {
    const { service, store } = await open();
    await publishLoad(store, 4);
    const { headers } = await service.get('/pypi/dm/requests.svg');
    expect(headers.get('x-badge-status')).toBe('stale');
    expect(headers.get('x-badge-source')).toBe('clickhouse');
    expect(Number(headers.get('x-edge-ttl'))).toBeGreaterThan(500);
  });

  test('without a load, counts come from pypistats.org, and nobody knows all downloads', async () => {
    const { service, store } = await open();
    onTestFinished(() => store.close());
    const month = await service.get('/pypi/dm/requests.json');
    expect(month.headers.get('x-badge-source')).toBe('pypistats');
    expect(month.headers.get('x-badge-counts-through')).toBeNull();
    expect(await service.twin('/pypi/dt/requests.json')).toMatchObject({ message: 'unavailable' });
  });

  test('where a bucket is lost, counts come from pypistats.org, and then from the load before', async () => {
    const { service, store } = await open();
    await publishLoad(store, 2);
    const current = await publishLoad(
      store,
      1,
      later(ROWS, 0, () => ({})),
    );
    for (const [, number] of current.buckets) await store.set(bucketKey(current, number), '', 60);
    const month = await service.get('/pypi/dm/requests.json');
    expect(month.headers.get('x-badge-source')).toBe('pypistats');
    const total = await service.get('/pypi/dt/requests.json');
    expect(await total.json()).toMatchObject({ message: '4k' });
    expect(total.headers.get('x-badge-status')).toBe('stale');
    service.standIn.misbehave({ api: 'pypistats', mode: '503' });
    const other = await service.get('/pypi/dm/flask.json');
    expect(await other.json()).toMatchObject({ message: '300/month' });
    expect(other.headers.get('x-badge-status')).toBe('stale');
  });
});

test.each([
  '/pypi/dt/requests.json',
  '/pepy/dt/requests.json',
  '/d/requests/badge.json?period=total',
  '/download/requests/badge.json?period=total',
])('without DOWNLOADS_SOURCE, there is no badge at %s', async (path) => {
  const service = await startServiceForTest();
  const response = await service.get(path);
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ label: '404', message: 'badge not found' });
});

test.each(['/?project=requests', '/docs', '/openapi.json', '/llms.txt'])(
  '%s has all downloads where they are known, and nowhere else',
  async (path) => {
    const settings = { ...CLICKHOUSE, CACHE_DIR: await tempDirectoryForTest() };
    const known = await (await (await startServiceForTest(settings)).get(path)).text();
    const unknown = await (await (await startServiceForTest()).get(path)).text();
    expect(known).toMatch(/\bdt\b/);
    expect(known).toMatch(/\btotal\b/);
    expect(unknown).not.toMatch(/\bdt\b|\btotal\b/);
  },
);
