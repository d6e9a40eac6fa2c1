import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { StandIn } from '../../sample/stand-in.ts';
import { type Load, startLoad } from '../support/load/load.ts';
import { tellOutcome } from '../support/load/outcomes.ts';
import { startSentinels, type TestSentinels } from '../support/redis/sentinels.ts';
import { questionsTo, startPypi } from './support/upstream-pypi.ts';
import { expectOnly, startWatchedStack, type WatchedStack } from './support/watched-stack.ts';

const PATIENCE = { timeout: 60_000, interval: 50 };
const NODES = 2;
const KNOWN = Array.from({ length: 20 }, (_, number) => `known-${number}`);
const NEW = Array.from({ length: 200 }, (_, number) => `new-${number}`);
/** Requests to pypistats.org in a quarter of a minute, by all processes together. */
const QUARTER = { ms: 15_000, requests: 4 };

const badgeOf = (project: string): string => `/version/${project}/badge.svg`;
const unasked = NEW.values();

let sentinels: TestSentinels;
let standIn: StandIn;
let watched: WatchedStack;
/** Followers that lead now. */
const leading = new Set<string>();

beforeAll(async () => {
  sentinels = await startSentinels();
  standIn = await startPypi([...KNOWN, ...NEW]);
  watched = await startWatchedStack(
    standIn.url,
    { ...sentinels.settings, LOG_LEVEL: 'info', FOLLOW_SECONDS: '5' },
    {
      followers: 2,
      onLine(part, line) {
        if (line.includes('"msg":"following releases"')) leading.add(part);
        if (line.includes('"msg":"stopped following releases"')) leading.delete(part);
      },
    },
  );
  await comesIntoUse();
  await isFollowed();
  await vi.waitUntil(() => leading.size === 1, PATIENCE);
  for (const project of KNOWN) await watched.expectVerdict(badgeOf(project), 'ok');
});
afterAll(async () => {
  await watched.close();
  await sentinels.close();
  await standIn.close();
});

async function comesIntoUse(): Promise<void> {
  const healthy = (): Promise<number> => watched.metric('pypins_store_healthy');
  await vi.waitUntil(async () => (await healthy()) === NODES, PATIENCE);
}

/** The follower has done what a start or a failover has it do, such as asking again for all that is held. */
async function isFollowed(): Promise<void> {
  const following = (): Promise<number> => watched.metric('pypins_following');
  await vi.waitUntil(async () => (await following()) === NODES, PATIENCE);
}

function startKnownLoad(): Load {
  const pathOf = (number: number): string =>
    watched.uncached(badgeOf(KNOWN[number % KNOWN.length] ?? ''));
  const options = { clients: 4, restMs: 20, maxRequests: Infinity };
  return startLoad(watched.stack.edgeUrl, pathOf, options);
}

/** Clients who ask for more downloads than the budget allows. */
function startDownloadsLoad(): Load {
  const pathOf = (number: number): string =>
    watched.uncached(`/download/${NEW.at(-1 - (number % 100)) ?? ''}/badge.svg`);
  const options = { clients: 2, restMs: 100, maxRequests: Infinity };
  return startLoad(watched.stack.edgeUrl, pathOf, options);
}

const downloadsAsked = (): number =>
  standIn.requests.filter(({ path }) => path.startsWith('/api/packages/')).length;

const FAILOVERS: readonly (readonly [string, (master: number) => Promise<unknown> | undefined])[] =
  [
    [
      'the master is killed',
      (port) => sentinels.servers.findLast((server) => server.port === port)?.stop(),
    ],
    [
      'the master is frozen',
      async (port) => sentinels.servers.find((server) => server.port === port)?.freeze(),
    ],
    ['an operator has another server promoted', () => sentinels.promote()],
  ];

test.each(FAILOVERS)(
  '%s under load: nothing but 200 and ok, PyPI hardly notices, and one follower leads',
  async (fault, begin) => {
    await isFollowed();
    const before = KNOWN.map((project) => questionsTo(standIn, project));
    const startedAtMs = performance.now();
    const downloadsBefore = downloadsAsked();
    const loads = [startKnownLoad(), startDownloadsLoad()] as const;
    await loads[0].answered(50);
    const master = await sentinels.masterPort();
    await begin(master);
    await sentinels.untilOther(master);
    for (let left = 5; left > 0; left -= 1)
      await watched.expectVerdict(badgeOf(unasked.next().value ?? 'none-is-left'), 'ok');
    await loads[0].answered(50);
    await comesIntoUse();
    const [known, downloads] = await Promise.all(loads.map((load) => load.stop()));
    const took = performance.now() - startedAtMs;
    if (known === undefined || downloads === undefined) throw new Error('no load');
    expectOnly(known, ['ok']);
    expect(downloads.faults).toEqual([]);
    const questions = KNOWN.map((project, at) => questionsTo(standIn, project) - (before[at] ?? 0));
    expect(Math.max(...questions)).toBeLessThanOrEqual(1);
    const quarters = Math.floor(took / QUARTER.ms) + 2;
    expect(downloadsAsked() - downloadsBefore).toBeLessThanOrEqual(
      (quarters + 1) * QUARTER.requests,
    );
    await vi.waitUntil(() => leading.size === 1, PATIENCE);
    tellOutcome(`Redis with Sentinel: ${fault}`, {
      p50: known.p50,
      slowest: known.slowest,
      seconds: Math.round(took / 1000),
      mostQuestions: Math.max(...questions),
      downloads: downloadsAsked() - downloadsBefore,
      budget: quarters * QUARTER.requests,
    });
    // All three are there again for the next one.
    for (const server of sentinels.servers) server.thaw();
    if (fault.includes('killed')) await sentinels.startAgain(master);
    await sentinels.untilReplicas(2);
  },
);

test('nothing of it harms a node', async () => {
  expect(await watched.harm()).toEqual([]);
});
