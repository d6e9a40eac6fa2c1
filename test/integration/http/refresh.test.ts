import { Agent, request } from 'undici';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { StandIn } from '../../../sample/stand-in.ts';
import { isMissing } from '../../support/programs.ts';
import { type PurgeListener, startPurgeListener } from '../../support/edge/purge-listener.ts';
import { startRedis } from '../../support/redis/redis.ts';
import {
  startServiceForTest,
  startStandIn,
  type TestService,
} from '../../support/service/service.ts';

const PROJECT = 'sample-plain';
const BADGE = `/version/${PROJECT}/badge.json`;

let standIn: StandIn;
let node: PurgeListener;
beforeEach(async () => {
  standIn = await startStandIn();
  node = await startPurgeListener();
  onTestFinished(() => standIn.close());
});

function start(settings: Readonly<Record<string, string>> = {}): Promise<TestService> {
  return startServiceForTest(
    {
      VARNISH_URLS: node.url,
      PURGE_KEY: 'secret-key',
      TRUSTED_PROXIES: '127.0.0.1',
      ...settings,
    },
    standIn,
  );
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

async function ask(service: TestService, path: string, method = 'POST'): Promise<Reply> {
  const dispatcher = new Agent();
  const { statusCode, headers, body } = await request(service.url + path, { method, dispatcher });
  const reply = { status: statusCode, headers, body: await body.json() };
  await dispatcher.destroy();
  return reply;
}

const refresh = (service: TestService, name: string): Promise<Reply> =>
  ask(service, `/refresh/${name}`);

describe('POST /refresh/<project>', () => {
  test('serves the new release, and purges twice', async () => {
    const service = await start();
    expect(await service.twin(BADGE)).toMatchObject({ message: '1.2.3' });
    const { serial } = standIn.publish(PROJECT, '1.3.0');
    const { status, body, headers } = await refresh(service, 'Sample_Plain');
    expect(status).toBe(200);
    // Whether the purges end within the two seconds that the client waits is up to the machine.
    expect(body).toMatchObject({ project: PROJECT, version: '1.3.0', serial, changed: true });
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-edge-ttl': '0',
      'x-badge-status': 'ok',
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
    });
    expect(await service.twin(BADGE)).toMatchObject({ message: '1.3.0' });
    await expect.poll(() => node.asked).toHaveLength(2);
    for (const asked of node.asked) {
      expect(asked.method).toBe('PURGE');
      expect(asked.headers).toMatchObject({
        'x-purge-key': 'secret-key',
        'xkey-purge': `project/${PROJECT}`,
      });
    }
  });

  test('continues in the background while PyPI serves the old release', async () => {
    const service = await start();
    await service.twin(BADGE);
    standIn.lag({ pageMs: 600_000 });
    standIn.publish(PROJECT, '1.3.0');
    const { body } = await refresh(service, PROJECT);
    expect(body).toMatchObject({ version: '1.2.3', changed: false, purged: true, pending: true });
    standIn.lag({});
    await expect.poll(() => service.twin(BADGE)).toMatchObject({ message: '1.3.0' });
  });

  test.each([
    ['an invalid name', 'POST', '/refresh/-x-', 400, 'invalid', 'invalid name', null],
    [
      'an unknown project',
      'POST',
      '/refresh/No.Such_Project',
      404,
      'not-found',
      'not found',
      'no-such-project',
    ],
    ['GET', 'GET', '/refresh/x', 405, 'invalid', 'method not allowed', null],
    ['PUT', 'PUT', '/refresh/x', 405, 'invalid', 'method not allowed', null],
  ])('refuses %s', async (_, method, path, status, verdict, error, project) => {
    const reply = await ask(await start(), path, method);
    expect(reply).toMatchObject({ status, body: { project, error } });
    expect(reply.headers).toMatchObject({ 'x-badge-status': verdict, 'cache-control': 'no-store' });
    expect(reply.headers['allow']).toBe(status === 405 ? 'POST' : undefined);
    expect(node.asked).toEqual([]);
  });

  test('purges a removed project', async () => {
    const service = await start();
    await service.twin(BADGE);
    standIn.remove(PROJECT);
    expect(await refresh(service, PROJECT)).toMatchObject({ status: 404 });
    await expect.poll(() => node.asked.length).toBeGreaterThan(0);
  });

  test('reports a failed purge', async () => {
    const refusing = await startPurgeListener(403);
    const service = await start({ VARNISH_URLS: `${node.url},${refusing.url}` });
    expect((await refresh(service, PROJECT)).body).toMatchObject({ changed: true, purged: false });
  });

  test.each(['503', 'hang'] as const)('answers 503 while PyPI fails with %s', async (mode) => {
    const service = await start();
    await service.twin(BADGE);
    standIn.misbehave({ mode });
    const { status, body, headers } = await refresh(service, PROJECT);
    expect(status).toBe(503);
    expect(headers['x-badge-status']).toBe('unavailable');
    expect(body).toEqual({ project: PROJECT, error: 'unavailable', pending: true });
    expect(node.asked).toEqual([]);
  });

  test('continues for at most 64 projects at once', async () => {
    const service = await start();
    standIn.misbehave({ mode: '503' });
    const replies = [];
    for (let i = 0; i < 66; i += 1) replies.push((await refresh(service, `p-${i}`)).body);
    const pending = replies.filter((each) => JSON.stringify(each).includes('"pending":true'));
    expect(pending).toHaveLength(64);
    expect(replies.slice(64)).toMatchObject([{ pending: false }, { pending: false }]);
  });
});

describe('limits', () => {
  test.skipIf(isMissing('redis-server'))(
    'a project to once in ten seconds, over all processes',
    async () => {
      const redis = await startRedis();
      onTestFinished(() => redis.stop());
      const settings = { REDIS_URL: redis.url };
      const services = [await start(settings), await start(settings)];
      const replies = await Promise.all(
        services.flatMap((service) => [
          refresh(service, PROJECT),
          refresh(service, 'Sample.Plain'),
        ]),
      );
      const refused = replies.filter(({ status }) => status === 429);
      expect(refused).toHaveLength(3);
      for (const { headers, body } of refused) {
        expect(headers).toMatchObject({ 'retry-after': '10', 'x-badge-status': 'limited' });
        expect(body).toEqual({ project: PROJECT, error: 'too many requests' });
      }
      const others = await Promise.all(services.map((service) => refresh(service, 'requests')));
      expect(new Set(others.map(({ status }) => status))).toEqual(new Set([200, 429]));
    },
  );

  test('a client by its rate limit', async () => {
    const settings = { LIMIT_PER_SECOND: '1', LIMIT_BURST: '1', LIMIT_EXEMPT: 'none' };
    const service = await start(settings);
    const names = ['requests', 'flask', 'django', PROJECT];
    const replies = await Promise.all(names.map((name) => refresh(service, name)));
    expect(replies.map(({ status }) => status)).toContain(429);
    expect(replies.map(({ status }) => status)).toContain(200);
  });

  test.skipIf(isMissing('redis-server'))(
    'a project per process while the store fails',
    async () => {
      const redis = await startRedis();
      const service = await start({ REDIS_URL: redis.url });
      await redis.stop();
      const replies = await Promise.all([refresh(service, PROJECT), refresh(service, PROJECT)]);
      expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(replies.filter(({ status }) => status === 429)).toHaveLength(1);
    },
  );
});
