import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { purge, printPurge } from '../../src/commands/purge.ts';
import { UsageError } from '../../src/errors.ts';
import { refresh, printRefresh } from '../../src/commands/refresh.ts';
import { collectStats, printStats } from '../../src/commands/stats.ts';
import { listPaths } from '../../src/commands/warm-list.ts';
import { warm } from '../../src/commands/warm.ts';
import { startPurgeListener } from '../support/edge/purge-listener.ts';
import {
  startService,
  startServiceForTest,
  startStandIn,
  type TestService,
} from '../support/service/service.ts';
import { createTestOutput, openSourcesForTest } from '../support/service/sources.ts';
import { tempDirectoryForTest } from '../support/temp.ts';

const NOBODY = 'http://127.0.0.1:9';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

describe('pypins purge', () => {
  test.each([
    ['a project', { project: 'Flask_Login' }, '/', 'project/flask-login'],
    [
      'a kind of a project',
      { project: 'flask', kind: 'py_versions' },
      '/',
      'project/flask/python-versions',
    ],
    ['a kind', { kind: 'v' }, '/', 'kind/version'],
    [
      'a URL',
      { url: 'https://a.example/v/flask/badge.svg?scale=2' },
      '/v/flask/badge.svg?scale=2',
      undefined,
    ],
    ['everything', { all: true }, '/', '*'],
  ])('purges %s at every node, with the key', async (_, wish, path, tags) => {
    const nodes = [await startPurgeListener(), await startPurgeListener()];
    const { opened, config } = await openSourcesForTest({
      VARNISH_URLS: nodes.map(({ url }) => url).join(),
      PURGE_KEY: 'secret-key',
    });
    const report = await purge(opened, config, wish);
    expect(report.nodes).toMatchObject(nodes.map(({ url }) => ({ url, purged: 3 })));
    for (const { asked } of nodes) {
      expect(asked).toMatchObject([
        { method: 'PURGE', url: path, headers: { 'x-purge-key': 'secret-key' } },
      ]);
      expect(asked[0]?.headers['xkey-purge']).toBe(tags);
    }
  });

  test('reports nodes that refuse or do not answer, and purges the others', async () => {
    const [good, refusing] = [await startPurgeListener(), await startPurgeListener(403)];
    const { opened, config } = await openSourcesForTest({
      VARNISH_URLS: `${good.url},${NOBODY},${refusing.url}`,
      PURGE_KEY: 'x',
    });
    const { output, lines } = createTestOutput();
    const report = await purge(opened, config, { project: 'flask' });
    expect(printPurge(report, false, output)).toBe(false);
    expect(lines).toContain(`${good.url}: 3 badges purged`);
    expect(lines.join('\n')).toContain(`${NOBODY}: does not answer`);
    expect(lines.join('\n')).toContain(`${refusing.url}: refuses`);
  });

  test.each([
    ['nothing', {}],
    ['two targets', { project: 'flask', url: '/x' }],
    ['an invalid name', { project: '-x-' }],
    ['an unknown kind', { kind: 'color' }],
    ['what is no URL', { url: 'notaurl' }],
  ])('rejects %s', async (_, wish) => {
    const { opened, config } = await openSourcesForTest({});
    await expect(purge(opened, config, wish)).rejects.toBeInstanceOf(UsageError);
  });

  test.each([
    ['no node is named', {}, { project: 'flask' }, 'VARNISH_URLS names no node'],
    ['no node is named for a URL', {}, { url: '/v/flask.svg' }, 'VARNISH_URLS names no node'],
    ['no node has a badge of it', { purged: 0 }, { project: 'nobody' }, 'no node has such a badge'],
    ['no node has the URL', { purged: 0 }, { url: '/v/nobody.svg' }, 'no node has such a badge'],
    ['no node has anything', { purged: 0 }, { all: true }, undefined],
    [
      'Redis is down',
      { purged: 3, REDIS_URL: 'redis://127.0.0.1:9' },
      { project: 'flask' },
      'ECONNREFUSED',
    ],
  ])(
    'says so if %s',
    async (_, { purged, ...settings }: { purged?: number; REDIS_URL?: string }, wish, words) => {
      const node = purged === undefined ? undefined : await startPurgeListener(200, purged);
      const at = node && { VARNISH_URLS: node.url, PURGE_KEY: 'x' };
      const { opened, config } = await openSourcesForTest({ ...at, ...settings });
      const { output, lines, notes } = createTestOutput();
      const report = await purge(opened, config, wish);
      expect(printPurge(report, false, output)).toBe(words === undefined);
      expect([...lines, ...notes].join('\n')).toContain(words ?? '0 badges purged');
      expect(lines.some((line) => line.startsWith('facts:'))).toBe(!('url' in wish));
    },
  );

  test('makes a process with kept facts fetch new ones', async () => {
    const running = await startServiceForTest();
    const path = '/version/sample-plain/badge.json';
    expect(await running.twin(path)).toMatchObject({ message: '1.2.3' });
    running.standIn.publish('sample-plain', '1.3.0');
    expect(await running.twin('/pypi/v/sample-plain/1.0.0.json')).toMatchObject({
      message: 'v1.0.0',
    });
    expect(await running.twin('/pypi/v/sample-zero.json')).toMatchObject({ message: 'v0' });
    expect(await running.twin(path)).toMatchObject({ message: '1.2.3' });
    const { opened, config } = await openSourcesForTest({ CACHE_DIR: running.cacheDirectory });
    expect(await purge(opened, config, { project: 'sample-plain' })).toMatchObject({ facts: 2 });
    expect(await running.twin(path)).toMatchObject({ message: '1.3.0' });
    expect(await purge(opened, config, { all: true })).toMatchObject({ facts: 3 });
  });
});

// `follow/propagate.test.ts` tests the propagation.
describe('pypins refresh', () => {
  test.each([
    ['an unknown project', 'no-such-project', undefined, 'PyPI has no project no-s'],
    ['a PyPI that fails', 'requests', '503', 'PyPI does not answer'],
  ] as const)('reports %s', async (_, project, mode, words) => {
    const standIn = await startStandIn();
    if (mode !== undefined) standIn.misbehave({ mode });
    const { opened, config } = await openSourcesForTest({ PYPI_URL: standIn.url });
    const { output, lines } = createTestOutput();
    const report = await refresh({ ...opened, retriesMs: [1] }, config, project, output);
    expect(printRefresh(report, false, output)).toBe(false);
    expect(lines[0]).toContain(words);
    await standIn.close();
  });

  test('rejects an invalid name', async () => {
    const { opened, config } = await openSourcesForTest({});
    const { output } = createTestOutput();
    await expect(refresh(opened, config, '-x-', output)).rejects.toBeInstanceOf(UsageError);
  });
});

describe('pypins warm', () => {
  const sources = { names: [], topList: '', kinds: ['version'], formats: ['svg'] };
  /** Lines of logs, and the path that is warmed for each. */
  const LOGGED = [
    ['1.2.3.4 - "GET /pypi/v/a.svg HTTP/1.1" 200', '/pypi/v/a.svg'],
    ['::1 - "GET http://badges.example/v/b.svg?style=flat HTTP/1.1" 200 -', '/v/b.svg?style=flat'],
    ['haproxy: "GET https://badges.example:443/v/c.svg HTTP/2.0"', '/v/c.svg'],
    ['{"method":"GET","path":"/py/d.svg","status":200}', '/py/d.svg'],
    ['{"time":"t","method":"GET","url":"/v/e.svg","status":200}', '/v/e.svg'],
    ['{"time":"t","method":"POST","url":"/refresh/f","status":202}', ''],
    ['1.2.3.4 - "POST /refresh/g HTTP/1.1" 202', ''],
    ['{"level":30,"msg":"serving badges"}', ''],
  ] as const;

  test('lists the projects of another index', async () => {
    const request = { ...sources, names: ['Flask'], pypiBaseUrl: 'https://test.pypi.org' };
    const { paths } = await listPaths(request);
    expect(paths).toEqual(['/version/flask/badge.svg?pypiBaseUrl=https%3A%2F%2Ftest.pypi.org']);
  });

  test('lists names, a file, the top packages and an access log, each path once', async () => {
    const directory = await tempDirectoryForTest();
    const file = join(directory, 'names.txt');
    const log = join(directory, 'access.log');
    const topList = join(directory, 'top.json');
    await writeFile(file, '# a list\nflask\nrequests\n');
    await writeFile(log, LOGGED.map(([line]) => `${line}\n`).join(''));
    await writeFile(topList, '{"rows":[{"project":"django"},{"project":"numpy"}]}');
    const wanted = { ...sources, names: ['Requests'], file, top: 1, topList, fromLog: log };
    const { paths } = await listPaths({ ...wanted, formats: ['svg', 'png'] });
    expect(paths).toEqual([
      '/version/requests/badge.svg',
      '/version/requests/badge.png',
      '/version/flask/badge.svg',
      '/version/flask/badge.png',
      '/version/django/badge.svg',
      '/version/django/badge.png',
      ...LOGGED.map(([, path]) => path).filter(Boolean),
    ]);
    await expect(listPaths({ ...sources, kinds: ['x'] })).rejects.toBeInstanceOf(UsageError);
  });

  test('counts outcomes, and continues an interrupted run', async () => {
    let isDown = true;
    const edge = createServer(({ url = '' }, response) => {
      const isLate = url.includes('late') && isDown;
      response
        .writeHead(isLate ? 503 : 200, {
          'x-badge-status': url.includes('unknown') ? 'not-found' : 'ok',
          'x-cache': url.includes('held') ? 'HIT' : 'MISS',
        })
        .end();
    }).listen(0, '127.0.0.1');
    await once(edge, 'listening');
    const { output, notes } = createTestOutput();
    const names = ['held', 'new', 'unknown', 'late', '-x-'];
    const { paths, invalid } = await listPaths({ ...sources, names });
    expect(invalid).toEqual(['-x-']);
    const options = { paths, perSecond: 500, output, stateDirectory: await tempDirectoryForTest() };
    const none = { warm: 0, fetched: 0, unknown: 0, failed: 0, skipped: 0, left: 0 };
    expect(await warm({ ...options, through: NOBODY })).toEqual({ ...none, failed: 4 });
    const through = `http://127.0.0.1:${z.object({ port: z.number() }).parse(edge.address()).port}`;
    expect(notes).toHaveLength(4);
    expect(notes[0]).toMatch(/^\/version\/held\/badge\.svg: .*ECONNREFUSED/);
    const found = { ...none, warm: 1, fetched: 1, unknown: 1, failed: 1 };
    expect(await warm({ ...options, through })).toEqual(found);
    expect(notes.at(-1)).toBe('/version/late/badge.svg: answered 503, ok');
    const interrupted = await warm({ ...options, through, signal: AbortSignal.abort() });
    expect(interrupted).toEqual({ ...none, skipped: 3, left: 1 });
    isDown = false;
    expect(await warm({ ...options, through })).toEqual({ ...none, fetched: 1, skipped: 3 });
    await warm({ ...options, stateDirectory: '/dev/null/warm', through });
    expect(notes.filter((note) => note.includes('cannot be continued'))).toHaveLength(1);
    edge.close();
  });
});

test('pypins stats sums the metrics of the nodes, and names those that do not answer', async () => {
  await service.twin('/version/requests/badge.json');
  const { output, lines, notes } = createTestOutput();
  const good = await collectStats([service.adminUrl]);
  expect(printStats(good, true, output)).toBe(true);
  expect(JSON.parse(lines.pop() ?? '')).toMatchObject({ ok: true, failures: [] });
  const nodes = [service.adminUrl, NOBODY, service.url, service.standIn.url];
  expect(printStats(await collectStats(nodes), false, output)).toBe(false);
  expect(lines.join('\n')).toMatch(/hits, facts +[\d.]+ %/);
  expect(notes).toEqual([
    `${NOBODY} does not answer`,
    `${service.url} has no metrics of pypins: is this an admin port?`,
    `${service.standIn.url} answers 404: is this an admin port?`,
  ]);
  expect(lines.join('\n')).not.toContain('Infinity');
  const before = lines.length;
  expect(printStats(await collectStats([NOBODY]), false, output)).toBe(false);
  expect(lines.slice(before)).toEqual([]);
});
