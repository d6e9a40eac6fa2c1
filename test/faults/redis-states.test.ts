import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy, type WayFault } from '../support/fault-proxy.ts';
import { tellOutcome } from '../support/outcomes.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { costOf } from './support/redis-cost.ts';
import { recordOf, type StackOnRedis, startStackOnRedis } from './support/redis-stack.ts';
import { expectAll } from './support/upstream-client.ts';
import { VERSION } from './support/upstream-pypi.ts';

const START_MS = 60_000;
const PATIENCE = { timeout: 20_000, interval: 50 };
const NODES = 2;
/** By how much a badge may be slower: generous, since what is measured is written down. */
const MAX_EXTRA_MS = 1_500;
/** Few, since each takes several round trips on a way that is slow. */
const ASKED_LATER = 5;
/** Of what Redis holds: some of that are buffers, which come and go. */
const ROOM = 0.8;
const MEGABYTE = 1_000_000;

const titleOf = (picture: string): string | undefined => /<title>(.*?)<\/title>/.exec(picture)?.[1];
const versionOf = (project: string): string => `/version/${project}/badge.svg`;

let redis: TestRedis;
let proxy: FaultProxy;
let onRedis: StackOnRedis;

beforeAll(async () => {
  redis = await startRedis({ config: ['--enable-debug-command', 'local'] });
  proxy = await startFaultProxy(redis.port);
  onRedis = await startStackOnRedis(proxy.urlOf('redis'), redis.port);
}, START_MS);

afterAll(async () => {
  await onRedis.close();
  await proxy.close();
  await redis.stop();
}, START_MS);

describe('where a record of ours should be, there is', () => {
  const value = {
    version: '0.0.1',
    yanked: false,
    license: null,
    licenseExpression: null,
    classifiers: [],
    requiresPython: null,
    packageTypes: [],
  };
  const nowMs = Date.now();
  const laterMs = nowMs + 1e11;
  const times = { f: nowMs, c: nowMs, d: nowMs + 600_000, n: 0 };
  /** A whole record of ours, but for what is given. */
  const record = (fields: object = {}): string =>
    JSON.stringify({ k: 'known', v: value, ...times, ...fields });

  test('a good one: it is believed', async () => {
    const project = onRedis.newProject();
    await onRedis.operator.set(recordOf(project), record());
    const { verdict, picture } = await onRedis.ask(versionOf(project));
    expect([verdict, titleOf(picture)]).toEqual(['ok', 'pypi: 0.0.1']);
  });

  const texts: readonly (readonly [string, string | Buffer])[] = [
    ['nothing', ''],
    ['no JSON', 'garbage'],
    ['bytes', Buffer.from([0x7b, 0x00, 0xff, 0xfe, 0x80])],
    ['half a record', record().slice(0, 80)],
    ['JSON of great depth', '['.repeat(MEGABYTE)],
    ['megabytes', record({ v: 'a'.repeat(2 * MEGABYTE) })],
    ['another format', JSON.stringify({ version: '0.0.1', fetchedAt: nowMs })],
    ['a value of another format', record({ v: { version: 1 } })],
    ['a time of another format', record({ d: 'later' })],
    ['a time without end', record({ d: 0 }).replace('"d":0', '"d":1e999')],
    ['a time before all time', record({ f: -1e300, c: -1e300 })],
    ['a time to come', record({ f: laterMs, c: laterMs, d: laterMs + 600_000 })],
    ['failures without number', JSON.stringify({ k: 'nothing', c: 0, d: 0, n: 1e300 })],
  ];
  test.each(texts)('%s: the badge is right, and so is the record then', async (_, text) => {
    const project = onRedis.newProject();
    await onRedis.operator.set(recordOf(project), text);
    await expectGood(project);
  });

  const types: readonly (readonly [string, (key: string) => Promise<unknown>])[] = [
    ['list', (key) => onRedis.operator.lpush(key, 'element')],
    ['hash', (key) => onRedis.operator.hset(key, 'field', 'text')],
    ['stream', (key) => onRedis.operator.xadd(key, '*', 'field', 'text')],
  ];
  test.each(types)('a %s: the badge is right, and so is the record then', async (_, write) => {
    const project = onRedis.newProject();
    await write(recordOf(project));
    await expectGood(project);
  });

  async function expectGood(project: string): Promise<void> {
    const { verdict, picture } = await onRedis.ask(versionOf(project));
    expect([verdict, titleOf(picture)]).toEqual(['ok', `pypi: ${VERSION}`]);
    // A busy machine may take longer than a node waits for Redis: then the record is mended by the next refresh.
    await expect
      .poll(async () => {
        await onRedis.ask(versionOf(project));
        return onRedis.operator.get(recordOf(project)).catch(() => 'of another type still');
      }, PATIENCE)
      .toContain(`"version":"${VERSION}"`);
  }

  test('garbage, and PyPI fails: what a node remembers is shown', async () => {
    const project = onRedis.newProject();
    // So many that each node has some.
    const asked = Array.from({ length: 16 }, () => onRedis.ask(versionOf(project)));
    expectAll(await Promise.all(asked), 'ok');
    onRedis.standIn.misbehave({ mode: '503', api: 'pypi', project });
    await onRedis.operator.set(recordOf(project), 'garbage');
    await expect
      .poll(() => onRedis.ask(versionOf(project)), PATIENCE)
      .toMatchObject({ verdict: 'stale' });
    await onRedis.operator.set(recordOf(project), 'garbage');
    const again = Array.from({ length: 16 }, () => onRedis.ask(versionOf(project)));
    expectAll(await Promise.all(again), 'stale');
    onRedis.standIn.behave();
  });
});

describe('what processes agree on by Redis', () => {
  // Redis reckons by the clock on the wall: set back by an hour, it keeps for an hour what was to last a second.
  test('a lease that does not end: the badge is there', async () => {
    const project = onRedis.newProject();
    await onRedis.operator.set(`${recordOf(project)}#lease`, 'somebody');
    expect(await onRedis.ask(versionOf(project))).toMatchObject({ verdict: 'ok' });
  });

  test('a count that does not end: downloads are there', async () => {
    await onRedis.operator.set('pypins:1:budget:pypistats:second#count', 1_000);
    const downloads = `/d/${onRedis.newProject()}/badge.svg`;
    expect(await onRedis.ask(downloads)).toMatchObject({ verdict: 'ok' });
  });

  test('messages that nobody sent: they are nothing to a node', async () => {
    const messages = ['', 'garbage', recordOf(''), recordOf('a'.repeat(MEGABYTE))];
    for (const message of messages)
      expect(await onRedis.operator.publish('pypins:1:expired', message)).toBe(NODES);
    expect(await onRedis.ask(versionOf(onRedis.newProject()))).toMatchObject({ verdict: 'ok' });
  });
});

describe('it is full of somebody else’s keys', () => {
  afterEach(async () => {
    await onRedis.operator.flushall();
    await onRedis.operator.config('SET', 'maxmemory', '0');
  });

  test.each([
    ['takes no more', 'noeviction', 0],
    ['forgets others', 'allkeys-lru', 1],
  ])('and %s: badges are there', async (_, policy, kept) => {
    const { operator } = onRedis;
    const healthy = await costOf(onRedis, onRedis.newProject);
    await operator.call('DEBUG', 'POPULATE', '20000', 'theirs', '1000');
    const usedBytes = Number(/used_memory:(\d+)/.exec(await operator.info('memory'))?.[1]);
    await operator.config('SET', 'maxmemory-policy', policy);
    await operator.config('SET', 'maxmemory', Math.floor(usedBytes * ROOM));
    const full = await costOf(onRedis, onRedis.newProject);
    expect(full.laterMs).toBeLessThan(healthy.laterMs + MAX_EXTRA_MS);
    const project = onRedis.newProject();
    expect(await onRedis.ask(versionOf(project))).toMatchObject({ verdict: 'ok' });
    // Nobody who asks waits for Redis to have been told.
    await expect.poll(() => operator.exists(recordOf(project))).toBe(kept);
    tellOutcome(`Redis is full, ${policy}`, { healthy, full });
  });
});

describe('the way to it', () => {
  const ways: readonly (readonly [string, WayFault])[] = [
    ['is late by 10 ms each way', { way: 'open', latencyMs: 10 }],
    ['is late by 30 ms each way', { way: 'open', latencyMs: 30 }],
    ['is later than it is waited for', { way: 'open', latencyMs: 200 }],
    ['is a black hole', { way: 'black-hole' }],
    ['is open in one direction', { way: 'half-open' }],
    ['is reset', { way: 'reset' }],
  ];

  test.each(ways)('%s: badges are there', async (way, fault) => {
    const healthy = await costOf(onRedis, onRedis.newProject, ASKED_LATER);
    proxy.set(fault);
    const broken = await costOf(onRedis, onRedis.newProject, ASKED_LATER);
    proxy.set({ way: 'open' });
    await onRedis.comesIntoUse();
    expect(broken.laterMs).toBeLessThan(healthy.laterMs + MAX_EXTRA_MS);
    tellOutcome(`the way to Redis ${way}`, { healthy, broken });
  });
});

test('nothing of it harms a node', async () => {
  expect(await onRedis.harm()).toEqual([]);
});
