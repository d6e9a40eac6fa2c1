import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  startService,
  startServiceForTest,
  startStandIn,
  type TestService,
} from '../support/service.ts';
import { tempDirectoryForTest } from '../support/temp.ts';
import { runCli } from '../support/cli.ts';
import { startPurgeListener } from '../support/purge-listener.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

describe('pypins purge', () => {
  test.each([
    ['a project', ['Flask_Login'], '/', 'project/flask-login'],
    [
      'a kind of a project',
      ['flask', '--kind', 'py_versions'],
      '/',
      'project/flask/python-versions',
    ],
    ['a kind', ['--kind', 'v'], '/', 'kind/version'],
    [
      'one URL',
      ['--url', 'https://badges.example/version/flask/badge.svg?style=plastic'],
      '/version/flask/badge.svg?style=plastic',
      undefined,
    ],
    ['everything', ['--all', '--yes'], '/', '*'],
  ])('%s, at every node, with the key', async (_, args, path, tags) => {
    const [one, other] = [await startPurgeListener(), await startPurgeListener()];
    const settings = { VARNISH_URLS: `${one.url},${other.url}`, PURGE_KEY: 'secret-key' };
    const { code, out } = await runCli(['purge', ...args, '--json'], settings);
    expect(code).toBe(0);
    expect(JSON.parse(out.toString())).toMatchObject({
      ok: true,
      nodes: [
        { url: one.url, purged: 3 },
        { url: other.url, purged: 3 },
      ],
    });
    for (const { asked } of [one, other]) {
      expect(asked.map(({ method, url }) => [method, url])).toEqual([['PURGE', path]]);
      expect(asked[0]?.headers['x-purge-key']).toBe('secret-key');
      expect(asked[0]?.headers['xkey-purge']).toBe(tags);
    }
  });

  test('a node that refuses, or does not answer, is told of; the others are purged', async () => {
    const [good, refusing] = [await startPurgeListener(), await startPurgeListener(403)];
    const settings = {
      VARNISH_URLS: `${good.url},http://127.0.0.1:9,${refusing.url}`,
      PURGE_KEY: 'x',
    };
    const { code, out } = await runCli(['purge', 'flask'], settings);
    expect(code).toBe(1);
    expect(out.toString()).toContain(`${good.url}: 3 badges purged`);
    expect(out.toString()).toContain('http://127.0.0.1:9: does not answer');
    expect(out.toString()).toContain(`${refusing.url}: refuses`);
  });

  test.each([
    ['nothing at all', []],
    ['two things', ['flask', '--url', '/x']],
    ['all, without --yes', ['--all']],
    ['a name that is none', ['-x-']],
    ['a kind that is none', ['--kind', 'colour']],
  ])('%s is a misuse', async (_, args) => {
    expect((await runCli(['purge', ...args])).code).toBe(2);
  });

  test('a process that remembers the old facts asks anew', async () => {
    const standIn = await startStandIn();
    const running = await startServiceForTest({}, standIn);
    const path = '/version/sample-plain/badge.json';
    expect(await running.twin(path)).toMatchObject({ message: '1.2.3' });
    standIn.publish('sample-plain', '1.3.0');
    expect(await running.twin(path)).toMatchObject({ message: '1.2.3' });
    expect(await running.twin('/pypi/v/sample-plain/1.0.0.json')).toMatchObject({
      message: 'v1.0.0',
    });
    expect(await running.twin('/pypi/v/sample-zero.json')).toMatchObject({ message: 'v0' });
    const settings = { CACHE_DIR: running.cacheDirectory, PYPI_URL: standIn.url };
    const { code, out } = await runCli(['purge', 'sample-plain'], settings);
    expect(code).toBe(0);
    expect(out.toString()).toContain('facts: 2 records due now');
    expect(await running.twin(path)).toMatchObject({ message: '1.3.0' });
    const all = await runCli(['purge', '--all', '--yes'], settings);
    expect(all.out.toString()).toContain('facts: 3 records due now');
    await standIn.close();
  });
});

describe('pypins refresh', () => {
  test('asks PyPI, and purges at every node, twice', async () => {
    const [one, other] = [await startPurgeListener(), await startPurgeListener()];
    const { code, out } = await runCli(['refresh', 'Sample_Plain', '--json'], {
      PYPI_URL: service.standIn.url,
      VARNISH_URLS: `${one.url},${other.url}`,
      PURGE_KEY: 'secret-key',
    });
    expect(code).toBe(0);
    expect(JSON.parse(out.toString())).toMatchObject({
      ok: true,
      project: 'sample-plain',
      version: '1.2.3',
      changed: true,
      nodes: [one, other].map(({ url }) => ({ url, purged: 3 })),
    });
    const tags = [one, other].map(({ asked }) => asked.map(({ headers }) => headers['xkey-purge']));
    expect(tags.flat()).toEqual(Array.from({ length: 4 }, () => 'project/sample-plain'));
  });

  test.each([
    ['a node that refuses', 'sample-plain', 403, /sample-plain 1\.2\.3 .*\n.*: refuses/],
    ['a project that PyPI does not know', 'no-such-project', 200, /does not know no-such-project/],
  ])('%s is told of', async (_, project, status, words) => {
    const { url } = await startPurgeListener(status);
    const settings = { PYPI_URL: service.standIn.url, VARNISH_URLS: url, PURGE_KEY: 'x' };
    const { code, out } = await runCli(['refresh', project], settings);
    expect(code).toBe(1);
    expect(out.toString()).toMatch(words);
  });

  test.each([
    ['no project', []],
    ['a name that is none', ['-x-']],
  ])('%s is a misuse', async (_, args) => {
    expect((await runCli(['refresh', ...args])).code).toBe(2);
  });
});

describe('pypins warm', () => {
  test('asks for names, kinds and formats; tells what it found; goes on after an interruption', async () => {
    const directory = await tempDirectoryForTest();
    const file = join(directory, 'names.txt');
    await writeFile(file, '# a list\nflask\nno-such-project\n');
    const args = [
      'warm',
      'requests',
      '--file',
      file,
      '--kinds',
      'version,wheel',
      '--formats',
      'svg,png',
      '--rate',
      '500/s',
    ];
    const settings = { CACHE_DIR: directory };
    const { code, out } = await runCli([...args, '--through', service.url, '--json'], settings);
    expect(code).toBe(0);
    expect(JSON.parse(out.toString())).toEqual({
      warm: 0,
      fetched: 8,
      unknown: 4,
      failed: 0,
      skipped: 0,
    });
    const dead = await runCli(
      ['warm', 'requests', '--through', 'http://127.0.0.1:9', '--json'],
      settings,
    );
    expect(dead.code).toBe(1);
    expect(JSON.parse(dead.out.toString())).toMatchObject({ failed: 1 });
  });

  test('an access log, and the list of top packages from a file', async () => {
    const directory = await tempDirectoryForTest();
    await writeFile(
      join(directory, 'access.log'),
      '1.2.3.4 - - [x] "GET /pypi/v/flask.svg HTTP/1.1" 200 900\n{"path":"/py/requests.svg"}\n',
    );
    await writeFile(
      join(directory, 'top.json'),
      JSON.stringify({ rows: [{ project: 'django' }, { project: 'numpy' }] }),
    );
    const args = [
      'warm',
      '--from-log',
      join(directory, 'access.log'),
      '--top',
      '1',
      '--top-list',
      join(directory, 'top.json'),
    ];
    const { out } = await runCli([...args, '--rate', '500/s', '--through', service.url, '--json'], {
      CACHE_DIR: directory,
    });
    expect(JSON.parse(out.toString())).toMatchObject({ fetched: 3, failed: 0 });
  });
});

describe('pypins stats and health', () => {
  test('sums up the metrics of the nodes, and names those that do not answer', async () => {
    await (await service.get('/version/requests/badge.svg')).text();
    const good = await runCli(['stats', service.adminUrl, '--json']);
    expect(good.code).toBe(0);
    expect(JSON.parse(good.out.toString())).toMatchObject({ ok: true, unreachable: [] });
    const half = await runCli(['stats', service.adminUrl, 'http://127.0.0.1:9']);
    expect(half.code).toBe(1);
    expect(half.out.toString()).toMatch(/hits, facts +[\d.]+ %/);
    expect(half.err).toContain('http://127.0.0.1:9 does not answer');
  });

  test('health: 0 while the service takes requests, 1 when it does not', async () => {
    const adminPort = new URL(service.adminUrl).port;
    expect((await runCli(['health'], { ADMIN_PORT: adminPort })).code).toBe(0);
    expect((await runCli(['health'], { ADMIN_PORT: '9' })).code).toBe(1);
  });
});

test('pypins doctor says what is wrong and what to do', async () => {
  const node = await startPurgeListener();
  const settings = {
    PYPI_URL: service.standIn.url,
    PYPISTATS_URL: service.standIn.url,
    CONTACT: 'x@example.org',
  };
  const well = await runCli(['doctor'], { ...settings, VARNISH_URLS: node.url, PURGE_KEY: 'x' });
  expect(well.out.toString()).not.toContain('fail');
  expect(well.out.toString()).toContain('warn  follower: no follower. ');
  expect(well.code).toBe(0);
  const ill = await runCli(['doctor'], {
    ...settings,
    PYPI_URL: 'http://127.0.0.1:9',
    REDIS_URL: 'redis://127.0.0.1:9',
    VARNISH_URLS: 'http://127.0.0.1:9',
  });
  expect(ill.code).toBe(1);
  const text = ill.out.toString();
  for (const line of [
    'fail  settings: VARNISH_URLS without PURGE_KEY',
    'fail  redis: ',
    'fail  PyPI: ',
    'fail  Varnish http://127.0.0.1:9: ',
    'ok    fonts: ',
  ]) {
    expect(text).toContain(line);
  }
});
