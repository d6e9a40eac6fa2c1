import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { listenHere } from '../../../sample/listen.ts';
import { createAdminApp } from '../../../src/http/admin.ts';
import { createMetrics } from '../../../src/metrics.ts';
import { startService, type TestService } from '../../support/service/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

async function scrape(): Promise<string> {
  return (await fetch(`${service.adminUrl}/metrics`)).text();
}

/** Returns the value of a metric with the labels; 0 if it is absent. */
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

describe('the admin port', () => {
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

  test.each([
    [{ isReady: false, isFound: true }, '/readyz', 503],
    [{ isReady: true, isFound: false }, '/readyz', 200],
    [{ isReady: true, isFound: false }, '/readyz?by=edge', 503],
    [{ isReady: false, isFound: true }, '/readyz?by=edge', 503],
    [{ isReady: true, isFound: true }, '/readyz?by=edge', 200],
  ])('%j, %s: %i', async (state, path, status) => {
    const isReady = (): boolean => state.isReady;
    const isFound = (): boolean => state.isFound;
    const app = createAdminApp({ metrics: createMetrics('1.2.3'), isReady, isFound });
    const handle = app.callback();
    const server = createServer((request, response) => void handle(request, response));
    onTestFinished(() => {
      server.close();
    });
    const port = await listenHere(server);
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    expect(response.status).toBe(status);
  });

  test('says that the edge has found the service, even if none probes', async () => {
    const found = async (): Promise<number> =>
      (await fetch(`${service.adminUrl}/readyz?by=edge`)).status;
    await expect.poll(found, { timeout: 60_000 }).toBe(200);
  });

  test('is closed when the service has stopped', async () => {
    const other = await startService({}, service.standIn);
    await other.close();
    await expect(fetch(`${other.adminUrl}/readyz`)).rejects.toThrow();
    await expect(other.get('/badge/a-b-red.svg')).rejects.toThrow();
  });

  test('is separate from the port for badges', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      expect((await service.get(path)).headers.get('x-badge-status')).toBe('not-found');
    }
  });

  test('has a counterpart for the edge’s probe at the port for badges', async () => {
    expect((await service.get('/-/ready')).status).toBe(200);
  });

  test.each([
    'pypins_requests_total{kind="none",verdict="error",format="json",status="500"} 0',
    'pypins_requests_total{kind="none",verdict="unavailable",format="json",status="503"} 0',
    'pypins_tier_operations_total{tier="disk",outcome="failed"} 0',
    'pypins_follower_purges_total{outcome="failed"} 0',
    'pypins_upstream_breaker_open{upstream="pypi"} 0',
  ])('counts failures from the start: %s', async (line) => {
    const fresh = await createMetrics('0').render();
    expect(fresh.text.split('\n')).toContain(line);
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

  test('exports no names of projects', async () => {
    await service.get('/version/sample-plain/badge.svg');
    await service.get('/version/no-such-project-at-all/badge.svg');
    await service.get('/some-odd-kind/x/badge.svg');
    expect(await scrape()).not.toMatch(/sample-plain|no-such-project|some-odd-kind/);
  });
});
