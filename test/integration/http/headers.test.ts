import type { RequestInit } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nextDailyLoadMs } from '../../../src/facts/pypistats.ts';
import { CACHE_LENGTHS } from '../../../src/http/headers.ts';
import {
  startService,
  startServiceForTest,
  type TestService,
} from '../../support/service/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService({ CACHE_SECONDS_CEILING: '7200' });
});
afterAll(() => service.close());

async function headersOf(path: string, init?: RequestInit): Promise<Record<string, string>> {
  const response = await service.get(path, init);
  await response.arrayBuffer();
  return Object.fromEntries(response.headers);
}

/** Returns the number of drawn pictures, by the metrics. */
async function countDrawn(): Promise<number> {
  const metrics = await (await fetch(`${service.adminUrl}/metrics`)).text();
  const lines = metrics.matchAll(/^pypins_pictures_total\{tier="drawn"[^}]*\} (\d+)$/gm);
  return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
}

describe('cache lengths', () => {
  test('are those of the contract', () => {
    expect(CACHE_LENGTHS).toEqual({
      facts: { worldSeconds: 300, edgeSeconds: 600 },
      followed: { worldSeconds: 300, edgeSeconds: 86400 },
      downloads: { worldSeconds: 3600, edgeSeconds: 3600 },
      static: { worldSeconds: 86400, edgeSeconds: 86400 },
      stale: { worldSeconds: 60, edgeSeconds: 60 },
      'not-found': { worldSeconds: 60, edgeSeconds: 60 },
      failing: { worldSeconds: 30, edgeSeconds: 10 },
      limited: { worldSeconds: 30, edgeSeconds: 0 },
    });
  });

  test.each([
    ['/version/requests/badge.svg', 300, 600],
    ['/version/requests/badge.json', 300, 600],
    ['/badge/a-b-red.svg', 86400, 86400],
    ['/version/no-such-project/badge.svg', 60, 60],
    ['/version/requests/badge.svg?cacheSeconds=3600', 3600, 600],
    ['/version/requests/badge.svg?maxAge=3600', 3600, 600],
    ['/version/requests/badge.svg?cacheSeconds=10', 300, 600],
    ['/version/requests/badge.svg?cacheSeconds=999999', 7200, 600],
    ['/badge/a-b-red.svg?cacheSeconds=999999', 86400, 86400],
    ['/version/no-such-project/badge.svg?cacheSeconds=3600', 60, 60],
  ])('%s: %i s for the world, %i s for the edge', async (path, world, edge) => {
    const headers = await headersOf(path);
    expect(headers['cache-control']).toBe(`public, max-age=${world}`);
    expect(headers['x-edge-ttl']).toBe(`${edge}`);
  });

  test('downloads: an hour for the world, until the next daily load for the edge', async () => {
    const headers = await headersOf('/pypi/dm/requests.svg');
    expect(headers['cache-control']).toBe('public, max-age=3600');
    const nowMs = Date.now();
    const loadSeconds = (nextDailyLoadMs(nowMs) - nowMs) / 1000;
    const edgeSeconds = Number(headers['x-edge-ttl']);
    expect(edgeSeconds).toBeGreaterThanOrEqual(Math.max(3600, Math.floor(loadSeconds) - 60));
    expect(edgeSeconds).toBeLessThanOrEqual(Math.min(86_400, Math.max(3600, loadSeconds + 3600)));
  });

  test('no header lets other caches keep it for longer', async () => {
    const headers = await headersOf('/version/requests/badge.svg');
    expect(headers).not.toHaveProperty('expires');
    expect(headers).not.toHaveProperty('surrogate-control');
    expect(headers).not.toHaveProperty('vary');
    expect(headers['cache-control']).not.toMatch(/s-maxage|stale|no-store/);
  });
});

describe('headers contain', () => {
  test('source and time of the facts', async () => {
    const headers = await headersOf('/pypi/l/requests/2.31.0.svg');
    expect(headers).toMatchObject({
      'x-badge-status': 'ok',
      'x-badge-source': 'pypi',
      'x-badge-release': '2.31.0',
      xkey: 'project/requests kind/license project/requests/license',
    });
    expect(Date.parse(headers['x-badge-fetched-at'] ?? '')).toBeGreaterThan(Date.now() - 60_000);
    expect(headers['x-badge-fetched-at']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(await headersOf('/d/requests/badge.svg')).toMatchObject({
      'x-badge-source': 'pypistats',
    });
    expect(await headersOf('/badge/a-b-red.svg')).toMatchObject({ 'x-badge-source': 'static' });
  });

  test('the tier of each step', async () => {
    const path = '/version/sample-plain/badge.png?label=tiers';
    const first = await headersOf(path);
    expect(first['x-cache']).toBe('facts=upstream, picture=drawn');
    expect(first['server-timing']).toMatch(
      /^facts;desc="upstream";dur=[\d.]+, picture;desc="drawn";dur=[\d.]+$/,
    );
    // Facts in memory are used for a quarter of a second, then the store is read.
    expect((await headersOf(path))['x-cache']).toMatch(/^facts=(?:memory|sqlite), picture=memory$/);
  });

  test('a policy that runs nothing and lets every page show the badge', async () => {
    expect(await headersOf('/version/requests/badge.svg')).toMatchObject({
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
      'referrer-policy': 'no-referrer',
      'content-disposition': 'inline; filename="badge.svg"',
    });
    const exposed = (await headersOf('/version/requests/badge.svg'))[
      'access-control-expose-headers'
    ];
    expect(exposed).toContain('X-Badge-Fetched-At');
  });

  test('a hostile name of a release only in safe characters', async () => {
    const headers = await headersOf('/version/sample-hostile/badge.svg');
    expect(headers['x-badge-release']).toMatch(/^[\x21-\x7e]{1,100}$/);
  });

  test('the request id of a trusted proxy if it is valid, otherwise a new one', async () => {
    const trusting = await startServiceForTest({ TRUSTED_PROXIES: '127.0.0.1' });
    const give = async (id: string) =>
      Object.fromEntries(
        (await trusting.get('/badge/a-b-red.svg', { headers: { 'x-request-id': id } })).headers,
      );
    expect((await give('edge-0123.4567_x'))['x-request-id']).toBe('edge-0123.4567_x');
    expect((await give('short'))['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect((await give('with space inside'))['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('a new request id in place of a client’s own, also from the micro-cache', async () => {
    const headers = { 'x-request-id': 'of-somebody-else' };
    for (let i = 0; i < 3; i += 1)
      expect((await headersOf('/badge/a-c-red.svg', { headers }))['x-request-id']).toMatch(
        /^[0-9a-f-]{36}$/,
      );
  });
});

describe('conditional requests', () => {
  test.each([
    '/version/requests/badge.svg',
    '/version/requests/badge.png?scale=3',
    '/v/requests/badge.json',
    '/v/none-such/badge.gif',
  ])('%s: answered with 304 and the same headers', async (path) => {
    const first = await service.get(path);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    for (const held of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await service.get(path, { headers: { 'if-none-match': held } });
      const answered = path.endsWith('json') || first.status === 200 ? 304 : first.status;
      expect(again.status).toBe(answered);
      expect(again.headers.get('etag')).toBe(etag);
      for (const name of [
        'cache-control',
        'content-security-policy',
        'x-badge-status',
        'x-edge-ttl',
      ]) {
        expect(again.headers.get(name)).toBe(first.headers.get(name));
      }
      expect(await again.text()).toBe('');
    }
  });

  test('are answered without drawing, even by a process that never had the picture', async () => {
    const path = '/version/sample-plain/badge.webp?scale=4&label=never-drawn-here';
    const elsewhere = await startServiceForTest();
    const etag = (await elsewhere.get(path)).headers.get('etag') ?? '';
    const before = await countDrawn();
    const response = await service.get(path, { headers: { 'if-none-match': etag } });
    expect(response.status).toBe(304);
    expect(await countDrawn()).toBe(before);
    expect((await service.get(path)).status).toBe(200);
    expect(await countDrawn()).toBe(before + 1);
  });

  test('HEAD is answered like GET, without the body', async () => {
    for (const path of [
      '/version/requests/badge.svg',
      '/version/requests/badge.png',
      '/version/requests/badge.json',
    ]) {
      const got = await service.get(path);
      const length = (await got.arrayBuffer()).byteLength;
      const head = await service.get(path, { method: 'HEAD' });
      expect(head.status).toBe(200);
      expect(head.headers.get('content-length')).toBe(`${length}`);
      expect(head.headers.get('etag')).toBe(got.headers.get('etag'));
      expect(await head.text()).toBe('');
    }
  });
});
