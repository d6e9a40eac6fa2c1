import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createSqliteStore } from '../../../cache/store/sqlite/store.ts';
import type { StandIn } from '../../../sample/stand-in.ts';
import { purge } from '../../../src/commands/purge.ts';
import { UsageError } from '../../../src/errors.ts';
import { FOLLOW_KEYS } from '../../../src/follow/keys.ts';
import { createStatusWriter } from '../../../src/follow/state/status.ts';
import { IDLE_FOLLOWER, lead } from '../../support/follower-status.ts';
import { startPurgeListener } from '../../support/edge/purge-listener.ts';
import {
  startService,
  startServiceForTest,
  startStandIn,
  type TestService,
} from '../../support/service/service.ts';
import { openSourcesForTest } from '../../support/service/sources.ts';
import { tempDirectoryForTest } from '../../support/temp.ts';

const project = (release: string) => ({ name: 'both', shows: 'a release', releases: [release] });

let pypi: StandIn;
let other: StandIn;
let service: TestService;
beforeAll(async () => {
  pypi = await startStandIn([project('1.0')]);
  other = await startStandIn([project('2.0b1'), { name: 'test-only', shows: 'one index' }]);
  service = await startService({ PYPI_INDEXES: `${other.url},https://mirror.example/Path/` }, pypi);
});
afterAll(async () => {
  await Promise.all([service.close(), pypi.close(), other.close()]);
});

const on = (url: string): string => `?pypiBaseUrl=${encodeURIComponent(url)}`;
const port = (): string => new URL(other.url).port;

describe('?pypiBaseUrl=', () => {
  test.each<[string, () => string]>([
    ['as it is in the setting', () => on(other.url)],
    ['without escapes', () => `?pypiBaseUrl=${other.url}`],
    ['with a slash at the end', () => on(`${other.url}/`)],
    ['in capitals', () => on(other.url.toUpperCase())],
    ['with credentials, which are not sent', () => on(`http://me:secret@127.0.0.1:${port()}`)],
  ])('%s shows the facts of that index', async (_, query) => {
    expect(await service.twin(`/pypi/v/both.json${query()}`)).toMatchObject({
      message: 'v2.0b1',
      color: 'orange',
    });
    expect(other.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  test.each<[string, () => string]>([
    ['of PyPI', () => on('https://pypi.org')],
    ['of PyPI with a slash and capitals', () => on('https://PyPI.org/')],
    ['of the setting PYPI_URL', () => on(pypi.url)],
    ['without a value', () => '?pypiBaseUrl='],
  ])('%s is the same as none', async (_, query) => {
    expect(await service.twin(`/pypi/v/both.json${query()}`)).toMatchObject({ message: 'v1.0' });
  });

  test.each<[string, () => string]>([
    ['of another index', () => on('https://index.example')],
    ['of another path of an index', () => on(`${other.url}/simple`)],
    ['of the same path in other letters', () => on('https://mirror.example/path')],
    ['of another scheme', () => on(other.url.replace('http', 'https'))],
    ['that is no URL', () => '?pypiBaseUrl=test.pypi.org'],
    ['that is a file', () => on('file:///etc/passwd')],
    ['that is malformed', () => '?pypiBaseUrl=%zz'],
  ])('%s is not served', async (_, query) => {
    const json = await service.get(`/pypi/v/both.json${query()}`);
    expect(json.status).toBe(400);
    expect(json.headers.get('x-badge-status')).toBe('invalid');
    expect(await json.json()).toMatchObject({
      label: 'pypi',
      message: 'index not served',
      color: 'lightgrey',
      isError: true,
    });
    expect((await service.get(`/v/both/badge.svg${query()}`)).status).toBe(200);
  });

  test.each(['/d/both/badge.json', '/pypi/dm/both.json'])(
    'has no downloads of another index: %s',
    async (path) => {
      const response = await service.get(path + on(other.url));
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        label: 'downloads',
        message: 'index not served',
      });
    },
  );

  test('works in each grammar, with a release, and for an unknown project', async () => {
    const query = on(other.url);
    for (const path of ['/v/both/badge.json', '/py/both.json'])
      expect(await service.twin(path + query)).toMatchObject({ message: '2.0b1' });
    expect(await service.twin(`/pypi/v/both/2.0b1.json${query}`)).toMatchObject({
      message: 'v2.0b1',
    });
    expect(await service.twin(`/v/test-only/badge.json${query}`)).toMatchObject({ message: '1.0' });
    expect(await service.twin('/v/test-only/badge.json')).toMatchObject({ message: 'not found' });
    expect(await service.twin(`/v/no-such/badge.json${query}`)).toMatchObject({
      message: 'not found',
    });
  });
});

test('an index that fails leaves the badges of PyPI alone', async () => {
  const running = await startServiceForTest({ PYPI_INDEXES: other.url }, pypi);
  other.misbehave({ mode: '503' });
  const failing = Array.from({ length: 8 }, (_, i) => `/v/name-${i}/badge.json${on(other.url)}`);
  for (const path of failing)
    expect(await running.twin(path)).toMatchObject({ message: 'unavailable' });
  other.behave();
  expect(await running.twin('/v/both/badge.json')).toMatchObject({ message: '1.0' });
});

test('the edge finds another index under tags of its own', async () => {
  const { headers } = await service.get(`/v/both/badge.svg${on(other.url)}`);
  const name = encodeURIComponent(other.url);
  expect(headers.get('xkey')?.split(' ')).toEqual([
    `project/${name}/both`,
    'kind/version',
    `project/${name}/both/version`,
  ]);
  const missing = await service.get(`/v/no-such/badge.svg${on(other.url)}`);
  expect(missing.headers.get('xkey')).toContain(`project/${name}/no-such`);
});

test('the follower learns only of what was requested of PyPI', async () => {
  const CACHE_DIR = await tempDirectoryForTest();
  const environment = { PYPI_INDEXES: other.url, CACHE_DIR };
  const running = await startServiceForTest(environment, pypi);
  for (const path of ['/v/test-only/badge.svg', '/v/nowhere/badge.svg'])
    await running.get(path + on(other.url));
  await running.get('/v/both/badge.svg');
  await running.close();
  const store = createSqliteStore({ path: `${CACHE_DIR}/facts.sqlite`, maxBytes: 1_000_000 });
  expect(await store.ranked(FOLLOW_KEYS.held, 0, 10)).toEqual(['both']);
  expect(await store.ranked(FOLLOW_KEYS.missing, 0, 10)).toEqual([]);
  await store.close();
});

test('while a follower runs, the edge keeps PyPI for a day and other indexes for ten minutes', async () => {
  const CACHE_DIR = await tempDirectoryForTest();
  const store = createSqliteStore({ path: `${CACHE_DIR}/facts.sqlite`, maxBytes: 1_000_000 });
  onTestFinished(() => store.close());
  await lead(store);
  await createStatusWriter(store)(IDLE_FOLLOWER);
  const running = await startServiceForTest({ PYPI_INDEXES: other.url, CACHE_DIR }, pypi);
  const edgeSecondsOf = async (query: string) => {
    const { headers } = await running.get(`/v/both/badge.svg${query}`);
    return headers.get('x-edge-ttl');
  };
  await expect.poll(() => edgeSecondsOf(`?x=${Math.random()}`)).toBe('86400');
  expect(await edgeSecondsOf(on(other.url))).toBe('600');
});

describe('pypins purge --pypi-base-url', () => {
  test('expires and purges the project of that index alone', async () => {
    const node = await startPurgeListener();
    const CACHE_DIR = await tempDirectoryForTest();
    const settings = { PYPI_URL: pypi.url, PYPI_INDEXES: other.url, CACHE_DIR };
    const { opened, config } = await openSourcesForTest({ ...settings, VARNISH_URLS: node.url });
    const { sources } = opened;
    await sources.projects.get('both');
    await sources.findIndex(other.url)?.projects.get('both');
    const request = { project: 'Both', pypiBaseUrl: `${other.url}/` };
    expect(await purge(opened, config, request)).toMatchObject({ facts: 1 });
    expect(node.asked[0]?.headers['xkey-purge']).toBe(
      `project/${encodeURIComponent(other.url)}/both`,
    );
    const asked = pypi.requests.length;
    expect(await sources.projects.get('both')).toMatchObject({ state: 'fresh' });
    expect(pypi.requests).toHaveLength(asked);
    expect(await purge(opened, config, { all: true })).toMatchObject({ facts: 2 });
  });

  test.each([
    ['an index that is not served', { project: 'both', pypiBaseUrl: 'https://index.example' }],
    ['an index without a project', { kind: 'v', pypiBaseUrl: 'https://test.pypi.org' }],
  ])('rejects %s', async (_, request) => {
    const { opened, config } = await openSourcesForTest({});
    await expect(purge(opened, config, request)).rejects.toBeInstanceOf(UsageError);
  });
});
