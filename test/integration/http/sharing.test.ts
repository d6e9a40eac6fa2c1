import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { StandIn } from '../../../sample/stand-in.ts';
import { isMissing } from '../../support/programs.ts';
import { startRedis } from '../../support/redis/redis.ts';
import {
  startService,
  startServiceForTest,
  startStandIn,
  type TestService,
} from '../../support/service/service.ts';
import { tempDirectoryForTest } from '../../support/temp.ts';

const KINDS = ['version', 'license', 'py_versions', 'wheel', 'download'];

/**
 * Requests five kinds of a package with fifty clients per service. All get a badge. On a machine on which 500 responses
 * take longer than a request waits for facts, some show `unavailable` first.
 */
async function askAll(services: readonly TestService[], project: string): Promise<void> {
  const ask = async (service: TestService, kind: string): Promise<string | null> => {
    const response = await service.get(`/${kind}/${project}/badge.svg`);
    expect(response.status).toBe(200);
    await response.arrayBuffer();
    return response.headers.get('x-badge-status');
  };
  const clients = services.flatMap((service) => Array.from({ length: 50 }, () => service));
  const asked = clients.flatMap((service) => KINDS.map((kind) => ask(service, kind)));
  for (const verdict of await Promise.all(asked)) expect(['ok', 'unavailable']).toContain(verdict);
  for (const service of services) {
    for (const kind of KINDS) await expect.poll(() => ask(service, kind)).toBe('ok');
  }
}

function pathsOf(standIn: StandIn, project: string): string[] {
  return standIn.requests
    .map(({ path }) => path)
    .filter((path) => path.includes(project))
    .toSorted();
}

describe('two processes, a hundred clients, five kinds of one package', () => {
  let standIn: StandIn;
  beforeAll(async () => {
    standIn = await startStandIn();
    standIn.misbehave({ mode: 'slow', latencyMs: 50 });
  });
  afterAll(async () => {
    await standIn.close();
  });

  const once = (project: string) => [`/api/packages/${project}/recent`, `/pypi/${project}/json`];

  test.skipIf(isMissing('redis-server'))(
    'over one Redis cause one request to PyPI and one to pypistats.org',
    async () => {
      const redis = await startRedis();
      onTestFinished(() => redis.stop());
      const environment = { REDIS_URL: redis.url };
      const services = [
        await startServiceForTest(environment, standIn),
        await startServiceForTest(environment, standIn),
      ];
      await askAll(services, 'sample-plain');
      expect(pathsOf(standIn, 'sample-plain')).toEqual(once('sample-plain'));
      const response = await (
        await startServiceForTest(environment, standIn)
      ).get('/version/sample-plain/badge.svg');
      expect(response.headers.get('x-cache')).toBe('facts=redis, picture=drawn');
    },
  );

  test('over one SQLite file cause one request to PyPI and one to pypistats.org', async () => {
    const environment = { CACHE_DIR: await tempDirectoryForTest() };
    const services = [
      await startServiceForTest(environment, standIn),
      await startServiceForTest(environment, standIn),
    ];
    await askAll(services, 'sample-epoch');
    expect(pathsOf(standIn, 'sample-epoch')).toEqual(once('sample-epoch'));
    const response = await (
      await startServiceForTest(environment, standIn)
    ).get('/version/sample-epoch/badge.svg');
    expect(response.headers.get('x-cache')).toBe('facts=sqlite, picture=drawn');
  });
});

test.skipIf(isMissing('redis-server'))(
  'starts without Redis, and shares facts once Redis is up',
  async () => {
    const redis = await startRedis();
    await redis.stop();
    const environment = { REDIS_URL: redis.url };
    const standIn = await startStandIn();
    const service = await startService(environment, standIn);
    expect((await service.get('/version/flask/badge.svg')).headers.get('x-badge-status')).toBe(
      'ok',
    );
    const back = await startRedis({ port: redis.port });
    await expect
      .poll(async () => (await fetch(`${service.adminUrl}/metrics`)).text())
      .toMatch(/^pypins_store_healthy 1$/m);
    expect((await service.get('/version/requests/badge.svg')).headers.get('x-badge-status')).toBe(
      'ok',
    );
    const other = await startServiceForTest(environment, standIn);
    await expect
      .poll(async () => (await other.get('/version/requests/badge.svg')).headers.get('x-cache'))
      .toMatch(/facts=(redis|memory)/);
    expect(pathsOf(standIn, 'requests')).toEqual(['/pypi/requests/json']);
    await service.close();
    await standIn.close();
    await back.stop();
  },
);

test('draws a picture once for all processes with one disk cache', async () => {
  const standIn = await startStandIn();
  const environment = { CACHE_DIR: await tempDirectoryForTest() };
  const first = await startServiceForTest(environment, standIn);
  const path = '/badge/drawn-once-blue.png?scale=2';
  expect((await first.get(path)).headers.get('x-cache')).toBe('picture=drawn');
  const second = await startServiceForTest(environment, standIn);
  await expect
    .poll(async () => (await second.get(path)).headers.get('x-cache'))
    .toMatch(/picture=(disk|memory)/);
  await standIn.close();
});
