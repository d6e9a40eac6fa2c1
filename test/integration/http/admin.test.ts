import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startService, type TestService } from '../../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

async function scrape(): Promise<string> {
  return (await fetch(`${service.adminUrl}/metrics`)).text();
}

/** The value of a metric with the labels given, 0 where it was never counted. */
function read(metrics: string, name: string, labels: Record<string, string | number>): number {
  const line = metrics
    .split('\n')
    .find(
      (each) =>
        each.startsWith(`${name}{`) &&
        Object.entries(labels).every(([key, value]) => each.includes(`${key}="${value}"`)),
    );
  return Number(line?.split(' ').at(-1) ?? 0);
}

describe('the port for operators', () => {
  test.each([
    ['/healthz', 200, 'ok\n'],
    ['/readyz', 200, 'ready\n'],
    ['/nothing', 404, 'Not Found'],
  ])('%s: %i', async (path, status, text) => {
    const response = await fetch(service.adminUrl + path);
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(text);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('is not ready, and gone, once the service stops', async () => {
    const other = await startService({}, service.standIn);
    await other.close();
    await expect(fetch(`${other.adminUrl}/readyz`)).rejects.toThrow();
    await expect(other.get('/badge/a-b-red.svg')).rejects.toThrow();
  });

  test('is not served where badges are', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      expect((await service.get(path)).headers.get('x-badge-status')).toBe('not-found');
    }
  });

  test('lets an edge probe the port that it fetches from', async () => {
    expect((await service.get('/-/ready')).status).toBe(200);
  });

  test('counts requests, tiers, pictures and upstream calls', async () => {
    const before = await scrape();
    await service.get('/version/requests/badge.svg');
    await service.get('/version/requests/badge.svg');
    await service.get('/license/requests/badge.png');
    await service.get('/version/no-such-project/badge.svg');
    const after = await scrape();
    const grown = (name: string, labels: Record<string, string | number>) =>
      read(after, name, labels) - read(before, name, labels);
    expect(
      grown('pypins_requests_total', {
        kind: 'version',
        verdict: 'ok',
        format: 'svg',
        status: 200,
      }),
    ).toBe(2);
    expect(
      grown('pypins_requests_total', {
        kind: 'license',
        verdict: 'ok',
        format: 'png',
        status: 200,
      }),
    ).toBe(1);
    expect(grown('pypins_requests_total', { kind: 'version', verdict: 'not-found' })).toBe(1);
    expect(grown('pypins_pictures_total', { tier: 'drawn', format: 'png' })).toBe(1);
    expect(grown('pypins_tier_operations_total', { tier: 'answers', outcome: 'miss' })).toBe(4);
    // Memory answers for a quarter of a second; then the store does.
    const known = (tier: string) =>
      grown('pypins_facts_total', { source: 'pypi', state: 'fresh', tier });
    expect(known('memory') + known('sqlite')).toBe(2);
    expect(grown('pypins_upstream_requests_total', { upstream: 'pypi', outcome: 200 })).toBe(1);
    expect(grown('pypins_upstream_requests_total', { upstream: 'pypi', outcome: 404 })).toBe(1);
    expect(after).toMatch(/^pypins_store_healthy 1$/m);
    expect(after).toMatch(/^pypins_memory_pictures_bytes [1-9]/m);
  });

  test('never names a project', async () => {
    await service.get('/version/sample-plain/badge.svg');
    await service.get('/version/no-such-project-at-all/badge.svg');
    await service.get('/some-odd-kind/x/badge.svg');
    expect(await scrape()).not.toMatch(/sample-plain|no-such-project|some-odd-kind/);
  });
});
