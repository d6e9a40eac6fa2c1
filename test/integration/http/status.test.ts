import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRedisStore } from '../../../cache/store/redis/store.ts';
import { type FollowerStatus, createStatusWriter } from '../../../src/follow/state/status.ts';
import { LAG_BOUNDS_SECONDS } from '../../../src/metrics.ts';
import manifest from '../../../package.json' with { type: 'json' };
import { lead } from '../../support/follower-status.ts';
import { isMissing } from '../../support/programs.ts';
import { startRedis, type TestRedis } from '../../support/redis/redis.ts';
import { startServiceForTest, type TestService } from '../../support/service/service.ts';

const REPORT: FollowerStatus = {
  feed: 'rss',
  polls: 1,
  leadingSinceMs: Date.UTC(2026, 10, 21),
  pollAgeMs: 1_000,
  isBehind: false,
  serial: 31_000_000,
  pollFailures: 1,
  seen: 700,
  followed: 40,
  refreshed: 39,
  unmoved: 12,
  purged: 40,
  purgeFailures: 2,
  pending: 1,
  lags: [0, 3, 20, 10, 5, 1, 0, 0, 0, 0, 0, 0],
  nodesBehind: ['http://10.1.2.3:6085'],
};

/** Replaces ages, which vary. Each request has another URL, to bypass the micro-cache. */
async function statusOf(service: TestService): Promise<unknown> {
  const text = await (await service.get(`/status.json?${Math.random()}`)).text();
  return JSON.parse(text, (name, value: unknown) =>
    name.endsWith('AgeSeconds') && typeof value === 'number' ? 'age' : value,
  );
}

async function pageOf(service: TestService): Promise<string> {
  return (await service.get(`/status?${Math.random()}`)).text();
}

describe('without a follower', () => {
  test('HTML and JSON say so', async () => {
    const service = await startServiceForTest();
    expect(await statusOf(service)).toEqual({
      version: manifest.version,
      following: false,
      follower: null,
      node: {
        upstreams: { pypi: 'ok', pypistats: 'ok' },
        store: { tier: 'sqlite', healthy: true },
        pypistatsBudgetLeft: 4,
      },
    });
    expect(await pageOf(service)).toContain('There is no follower');
  });

  test.each([
    ['/status', 'text/html; charset=utf-8'],
    ['/status.json', 'application/json; charset=utf-8'],
  ])('%s has the headers of a page', async (path, contentType) => {
    const service = await startServiceForTest();
    for (const method of ['GET', 'HEAD']) {
      const response = await service.get(path, { method });
      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': contentType,
        'cache-control': 'public, max-age=5',
        'x-edge-ttl': '5',
        'x-badge-status': 'ok',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(response.headers.get('etag')).toMatch(/^W\/"[0-9a-f]{64}"$/);
      expect(await response.text()).not.toContain('<script');
    }
  });

  test('names an upstream whose circuit breaker is open', async () => {
    const service = await startServiceForTest();
    service.standIn.misbehave({ mode: '503', api: 'pypi' });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f'])
      await service.get(`/version/${name}/badge.svg`);
    expect(await statusOf(service)).toMatchObject({
      node: { upstreams: { pypi: 'left alone', pypistats: 'ok' } },
    });
    expect(await pageOf(service)).toContain('left alone');
  });
});

describe.skipIf(isMissing('redis-server'))('with a follower', () => {
  let redis: TestRedis;
  let store: ReturnType<typeof createRedisStore>;
  beforeAll(async () => {
    redis = await startRedis();
    store = createRedisStore({ url: redis.url, timeoutMs: 2_000 });
    await store.ready(5_000);
  });
  afterAll(async () => {
    await store.close();
    await redis.stop();
  });

  test('does not trust the last report of a follower that has stopped', async () => {
    await createStatusWriter(store)(REPORT);
    const service = await startServiceForTest({ REDIS_URL: redis.url });
    expect(await statusOf(service)).toMatchObject({
      following: false,
      follower: { feed: 'rss', heardAgeSeconds: null, pollAgeSeconds: null },
    });
    expect(await pageOf(service)).toContain('down, slow or behind');
  });

  test('shows its report and its age', async () => {
    await createStatusWriter(store)(REPORT);
    await lead(store);
    const service = await startServiceForTest({ REDIS_URL: redis.url });
    await createStatusWriter(store)({ ...REPORT, polls: 2 });
    await expect
      .poll(() => statusOf(service))
      .toMatchObject({ following: true, follower: { pollAgeSeconds: 'age' } });
    expect(await statusOf(service)).toMatchObject({
      following: true,
      follower: {
        feed: 'rss',
        leadingSince: '2026-11-21T00:00:00.000Z',
        heardAgeSeconds: 'age',
        pollAgeSeconds: 'age',
        isBehind: false,
        serial: 31_000_000,
        seen: 700,
        followed: 40,
        refreshed: 39,
        unmoved: 12,
        purged: 40,
        purgeFailures: 2,
        pending: 1,
        nodesBehind: 1,
        lags: [...LAG_BOUNDS_SECONDS, null].map((withinSeconds, i) => ({
          withinSeconds,
          count: REPORT.lags[i],
        })),
      },
    });
    const page = await pageOf(service);
    expect(page).toContain('Following PyPI releases');
    expect(page).toMatch(/at most 20 s<\/th><td>20</);
    expect(page).toMatch(/more than 3600 s<\/th><td>0</);
    // Addresses are not public.
    expect(page + JSON.stringify(await statusOf(service))).not.toContain('10.1.2.3');
  });
});
