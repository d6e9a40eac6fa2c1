import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Load, startLoad } from '../support/load.ts';
import { tellOutcome } from '../support/outcomes.ts';
import { freePort, startRedis, type TestRedis } from '../support/redis.ts';
import { makeTempDirectory } from '../support/temp.ts';
import { costOf } from './support/redis-cost.ts';
import { type StackOnRedis, startStackOnRedis } from './support/redis-stack.ts';
import { expectAll } from './support/upstream-client.ts';
import { mostQuestions, questionsTo } from './support/upstream-pypi.ts';

const START_MS = 60_000;
const PATIENCE = { timeout: 20_000, interval: 20 };
const NODES = 2;
/** By how much a badge may be slower without Redis: generous, since what is measured is written down. */
const MAX_EXTRA_MS = 1_000;
const SLOW_LOADING = [
  '--key-load-delay',
  '1000',
  '--loading-process-events-interval-bytes',
  '1024',
];
const KEYS_TO_LOAD = '2000';

const KNOWN = ['known-1', 'known-2', 'known-3'];
const badgeOf = (project: string): string => `/version/${project}/badge.svg`;

let directory: Awaited<ReturnType<typeof makeTempDirectory>>;
let port: number;
let redis: TestRedis | undefined;
let onRedis: StackOnRedis;

async function start(config: readonly string[] = []): Promise<void> {
  const own = ['--dir', directory.path, '--enable-debug-command', 'local'];
  redis = await startRedis({ port, config: [...own, ...config] });
}

beforeAll(async () => {
  directory = await makeTempDirectory();
  port = await freePort();
  onRedis = await startStackOnRedis(`redis://127.0.0.1:${port}`, port, KNOWN);
}, START_MS);

afterAll(async () => {
  await onRedis.close();
  await redis?.stop();
  await directory.remove();
}, START_MS);

/** Clients who ask for what is known, again and again. */
function startKnownLoad(): Load {
  const pathOf = (number: number): string =>
    onRedis.uncached(badgeOf(KNOWN[number % KNOWN.length] ?? ''));
  return startLoad(onRedis.stack.edgeUrl, pathOf, { clients: 4, restMs: 20 });
}

/** Starts it anew with so many keys on disk that it takes seconds to read them. */
async function restartSlowly(): Promise<void> {
  await onRedis.operator.call('DEBUG', 'POPULATE', KEYS_TO_LOAD);
  await onRedis.operator.save();
  await redis?.stop();
  void start(SLOW_LOADING);
  await vi.waitUntil(async () => (await replyToPing()).startsWith('LOADING'), PATIENCE);
}

async function replyToPing(): Promise<string> {
  const client = new Redis({ port, enableReadyCheck: false, retryStrategy: () => null });
  client.on('error', () => undefined);
  const reply = await client.ping().catch(String);
  client.disconnect();
  return reply.replace('ReplyError: ', '');
}

/** How often a node did not get from Redis what it asked for. */
async function failures(): Promise<number> {
  const outcomes = ['get', 'set', 'lease'].map((operation) => `${operation} failed`);
  const counts = outcomes.map((outcome) =>
    onRedis.metric('pypins_tier_operations_total', { tier: 'redis', outcome }),
  );
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

test('it is not there at the start: badges are, and it is used as soon as it comes', async () => {
  expect(await onRedis.metric('pypins_store_healthy')).toBe(0);
  const absent = await costOf(onRedis, onRedis.newProject);
  await start();
  await onRedis.comesIntoUse();
  tellOutcome('Redis is not there at the start', { absent });
});

const FAULTS: readonly (readonly [string, () => unknown, () => unknown])[] = [
  ['is killed', () => redis?.stop(), () => start()],
  ['is frozen', () => redis?.freeze(), () => redis?.thaw()],
  [
    'is out of memory',
    () => onRedis.operator.config('SET', 'maxmemory', '1'),
    () => onRedis.operator.config('SET', 'maxmemory', '0'),
  ],
  [
    'loads its keys',
    restartSlowly,
    () => vi.waitUntil(async () => (await replyToPing()) === 'PONG', PATIENCE),
  ],
];

test.each(FAULTS)(
  'under load it %s, and all is well again after that',
  async (fault, breakIt, mendIt) => {
    const load = startKnownLoad();
    const healthy = await costOf(onRedis, onRedis.newProject);
    const failedBefore = await failures();
    await breakIt();
    const broken = await costOf(onRedis, onRedis.newProject);
    await load.answered(50);
    expect(await failures()).toBeGreaterThan(failedBefore);
    await mendIt();
    await onRedis.comesIntoUse();

    const { faults, verdicts, asked } = await load.stop();
    const { ok = 0, stale = 0 } = verdicts;
    expect({ faults, shown: ok + stale }).toEqual({ faults: [], shown: asked });
    expect(broken.laterMs).toBeLessThan(healthy.laterMs + MAX_EXTRA_MS);
    tellOutcome(`Redis ${fault}`, { healthy, broken });
  },
  START_MS,
);

const LOSSES: readonly (readonly [string, () => unknown, () => unknown])[] = [
  ['is flushed', () => onRedis.operator.flushall(), () => undefined],
  ['is gone', () => redis?.stop(), () => start()],
];

test.each(LOSSES)(
  'it %s while PyPI fails: what a node remembers is shown, and PyPI is left alone',
  async (_, loseIt, mendIt) => {
    const { standIn } = onRedis;
    const load = startKnownLoad();
    await load.answered(60);
    const before = KNOWN.map((project) => questionsTo(standIn, project));
    standIn.misbehave({ mode: '503', api: 'pypi' });
    const failingSinceMs = performance.now();
    await loseIt();
    const unknown = onRedis.newProject();
    const asked = [1, 2, 3].map(() => onRedis.ask(badgeOf(unknown)));
    const unknowns = await Promise.all(asked);
    expectAll(unknowns, 'unavailable');
    for (const project of KNOWN)
      await expect
        .poll(() => onRedis.ask(badgeOf(project)), PATIENCE)
        .toMatchObject({ verdict: 'stale' });
    await load.answered(60);

    const questions = KNOWN.map(
      (project, row) => questionsTo(standIn, project) - (before[row] ?? 0),
    );
    const most = NODES * mostQuestions(performance.now() - failingSinceMs);
    // The last of those that went well may have been under way.
    expect(Math.max(...questions)).toBeLessThanOrEqual(most + 1);
    standIn.behave();
    await mendIt();
    await onRedis.comesIntoUse();
    const { faults, verdicts, asked: all } = await load.stop();
    const { ok = 0, stale = 0 } = verdicts;
    expect({ faults, shown: ok + stale }).toEqual({ faults: [], shown: all });
  },
  START_MS,
);

test('nothing of it harms a node', async () => {
  expect(await onRedis.harm()).toEqual([]);
});
