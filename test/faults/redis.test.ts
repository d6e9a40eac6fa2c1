import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { StandIn } from '../../sample/stand-in.ts';
import { type FaultProxy, startFaultProxy, type WayFault } from '../support/fault-proxy.ts';
import { type Load, startLoad } from '../support/load/load.ts';
import { tellOutcome } from '../support/load/outcomes.ts';
import { freePort, startRedis, type TestRedis } from '../support/redis/redis.ts';
import { makeTempDirectory } from '../support/temp.ts';
import { mostQuestions, questionsTo, startPypi, VERSION } from './support/upstream-pypi.ts';
import { expectOnly, startWatchedStack, type WatchedStack } from './support/watched-stack.ts';

const PATIENCE = { timeout: 60_000, interval: 50 };
const NODES = 2;
const MEGABYTE = 1_000_000;
const SLOW_LOADING = ['--key-load-delay', '1000'].concat([
  '--loading-process-events-interval-bytes',
  '1024',
]);
const KNOWN = ['known-1', 'known-2', 'known-3'];
const NEW = Array.from({ length: 1_000 }, (_, number) => `new-${number}`);
/** What is known, or may come too late on a machine that is busy enough. */
const SHOWN = ['ok', 'stale', 'unavailable', 'busy'];

const badgeOf = (project: string): string => `/version/${project}/badge.svg`;
const unasked = NEW.values();
/** A project that nobody has asked for before. */
const newProject = (): string => unasked.next().value ?? 'none-is-left';

let directory: Awaited<ReturnType<typeof makeTempDirectory>>;
let port: number;
let redis: TestRedis | undefined;
let proxy: FaultProxy;
let standIn: StandIn;
let watched: WatchedStack;
/** A connection past whatever breaks the nodes' way; it comes back with Redis. */
let operator: Redis;
/** The key of a project's facts. */
let recordOf: (project: string) => string;

async function start(config: readonly string[] = []): Promise<void> {
  const own = ['--dir', directory.path, '--enable-debug-command', 'local'];
  redis = await startRedis({ port, config: [...own, ...config] });
}

beforeAll(async () => {
  directory = await makeTempDirectory();
  port = await freePort();
  proxy = await startFaultProxy(port);
  standIn = await startPypi([...KNOWN, ...NEW]);
  // Soon stale: Redis is asked all the time.
  const settings = { REDIS_URL: proxy.urlOf('redis'), FACTS_FRESH_SECONDS: '1' };
  watched = await startWatchedStack(standIn.url, settings);
  operator = new Redis({ port, retryStrategy: () => 50, maxLoadingRetryTime: 50 });
  // Without a listener ioredis prints what it emits.
  operator.on('error', () => undefined);
});
afterAll(async () => {
  await watched.close();
  operator.disconnect();
  await proxy.close();
  await redis?.stop();
  await standIn.close();
  await directory.remove();
});

/** Both nodes use Redis: what one of them learns of PyPI is found there. */
async function comesIntoUse(): Promise<void> {
  const healthy = (): Promise<number> => watched.metric('pypins_store_healthy');
  await vi.waitUntil(async () => (await healthy()) === NODES, PATIENCE);
  await vi.waitUntil(async () => {
    const project = newProject();
    await watched.ask(badgeOf(project));
    const [key] = await operator.keys(`*:${project}`);
    if (key !== undefined) recordOf = (other) => key.replace(project, other);
    return key !== undefined;
  }, PATIENCE);
}

/** Clients who ask for what is known, again and again. */
function startKnownLoad(): Load {
  const pathOf = (number: number): string =>
    watched.uncached(badgeOf(KNOWN[number % KNOWN.length] ?? ''));
  return startLoad(watched.stack.edgeUrl, pathOf, {
    clients: 4,
    restMs: 20,
    maxRequests: Infinity,
  });
}

const expectNewOnes = async (): Promise<void> => {
  for (let left = 5; left > 0; left -= 1) await watched.expectVerdict(badgeOf(newProject()), 'ok');
};

test('it is not there at the start: badges are, and it is used as soon as it comes', async () => {
  expect(await watched.metric('pypins_store_healthy')).toBe(0);
  await expectNewOnes();
  await start();
  await comesIntoUse();
});

async function replyToPing(): Promise<string> {
  const client = new Redis({ port, enableReadyCheck: false, retryStrategy: () => null });
  client.on('error', () => undefined);
  const reply = await client.ping().catch(String);
  client.disconnect();
  return reply.replace('ReplyError: ', '');
}

/** Starts it anew with so many keys on disk that it takes seconds to read them. */
async function restartSlowly(): Promise<void> {
  await operator.call('DEBUG', 'POPULATE', '2000');
  await operator.save();
  await redis?.stop();
  void start(SLOW_LOADING);
  await vi.waitUntil(async () => (await replyToPing()).startsWith('LOADING'), PATIENCE);
}

/** Somebody else's keys take all of its memory. */
async function fill(policy: string): Promise<void> {
  await operator.call('DEBUG', 'POPULATE', '20000', 'theirs', '1000');
  const usedBytes = Number(/used_memory:(\d+)/.exec(await operator.info('memory'))?.[1]);
  await operator.config('SET', 'maxmemory-policy', policy);
  // Some of what it holds are buffers, which come and go.
  await operator.config('SET', 'maxmemory', Math.floor(usedBytes * 0.8));
}

async function empty(): Promise<void> {
  await operator.flushall();
  await operator.config('SET', 'maxmemory', '0');
}

const way = (fault: WayFault) =>
  [() => proxy.set(fault), () => proxy.set({ way: 'open' })] as const;
const FAULTS: readonly (readonly [string, () => unknown, () => unknown])[] = [
  ['is killed', () => redis?.stop(), () => start()],
  ['is frozen', () => redis?.freeze(), () => redis?.thaw()],
  ['takes no more', () => fill('noeviction'), empty],
  ['forgets what was there', () => fill('allkeys-lru'), empty],
  [
    'loads its keys',
    restartSlowly,
    () => vi.waitUntil(async () => (await replyToPing()) === 'PONG', PATIENCE),
  ],
  ['is late by 30 ms each way', ...way({ way: 'open', latencyMs: 30 })],
  ['is later than it is waited for', ...way({ way: 'open', latencyMs: 200 })],
  ['is behind a black hole', ...way({ way: 'black-hole' })],
  ['is behind a way that is open in one direction', ...way({ way: 'half-open' })],
  ['is behind a way that is reset', ...way({ way: 'reset' })],
];

test.each(FAULTS)(
  'under load it %s: badges are there, and all is well again after that',
  async (fault, breakIt, mendIt) => {
    const load = startKnownLoad();
    await load.answered(20);
    await breakIt();
    await expectNewOnes();
    await load.answered(50);
    await mendIt();
    await comesIntoUse();
    const report = await load.stop();
    expectOnly(report, SHOWN);
    for (const project of KNOWN) await watched.expectVerdict(badgeOf(project), 'ok');
    tellOutcome(`Redis ${fault}`, { p50: report.p50, slowest: report.slowest });
  },
);

const LOSSES: readonly (readonly [string, () => unknown, () => unknown])[] = [
  ['is flushed', () => operator.flushall(), () => undefined],
  ['is gone', () => redis?.stop(), () => start()],
];

test.each(LOSSES)(
  'it %s while PyPI fails: what a node remembers is shown, and PyPI is left alone',
  async (_, loseIt, mendIt) => {
    for (const project of KNOWN) await watched.askAll(badgeOf(project));
    const before = KNOWN.map((project) => questionsTo(standIn, project));
    standIn.misbehave({ mode: '503', api: 'pypi' });
    const failingSinceMs = performance.now();
    await loseIt();
    const load = startKnownLoad();
    await watched.expectVerdict(badgeOf(newProject()), 'unavailable');
    for (const project of KNOWN) await watched.expectVerdict(badgeOf(project), 'stale');
    await load.answered(60);
    const questions = KNOWN.map(
      (project, row) => questionsTo(standIn, project) - (before[row] ?? 0),
    );
    // The last of those that went well may have been under way.
    const most = NODES * (mostQuestions(performance.now() - failingSinceMs) + 1);
    expect(Math.max(...questions)).toBeLessThanOrEqual(most);
    standIn.behave();
    await mendIt();
    await watched.recovers();
    await comesIntoUse();
    expectOnly(await load.stop(), SHOWN);
  },
);

describe('where a record of ours should be, there is', () => {
  const expectMended = async (project: string): Promise<void> => {
    const { verdict, picture } = await watched.ask(badgeOf(project));
    if (verdict === 'ok') expect(picture).toContain(`: ${VERSION}"`);
    await vi.waitFor(async () => {
      await watched.ask(badgeOf(project));
      const record = operator.get(recordOf(project)).catch(() => 'of another type still');
      expect(await record).toContain(`"version":"${VERSION}"`);
    }, PATIENCE);
  };

  test.each([
    ['no JSON', 'garbage'],
    ['bytes', Buffer.from([0x7b, 0x00, 0xff, 0xfe, 0x80])],
    ['JSON of great depth', '['.repeat(MEGABYTE)],
    ['megabytes', `{"k":"known","v":"${'a'.repeat(2 * MEGABYTE)}"}`],
  ])('%s: the badge is right, and so is the record then', async (_, text) => {
    const project = newProject();
    await operator.set(recordOf(project), text);
    await expectMended(project);
  });

  test('a list: the badge is right, and so is the record then', async () => {
    const project = newProject();
    await operator.lpush(recordOf(project), 'element');
    await expectMended(project);
  });
});

// Redis reckons by the clock on the wall: set back by an hour, it keeps for an hour what was to last a second.
test('a lease that does not end: the badge is there', async () => {
  const project = newProject();
  await operator.set(`${recordOf(project)}#lease`, 'somebody');
  await expect.poll(async () => (await watched.ask(badgeOf(project))).verdict).toBe('ok');
});

test('messages that nobody sent are nothing to a node', async () => {
  const channels = z.array(z.string()).parse(await operator.pubsub('CHANNELS'));
  expect(channels).not.toEqual([]);
  for (const channel of channels)
    for (const message of ['', 'garbage', recordOf(''), recordOf('a'.repeat(MEGABYTE))])
      expect(await operator.publish(channel, message)).toBe(NODES);
  await watched.expectVerdict(badgeOf(newProject()), 'ok');
});

test('nothing of it harms a node', async () => {
  expect(await watched.harm()).toEqual([]);
});
