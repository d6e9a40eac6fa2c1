import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { StandIn } from '../../sample/stand-in.ts';
import { EDGE_ARGUMENTS } from '../../stack/edge.ts';
import type { Stack } from '../../stack/start-stack.ts';
import { type LoadReport, startLoad } from '../support/load/load.ts';
import { tellOutcome } from '../support/load/outcomes.ts';
import { startStandIn } from '../support/service/service.ts';
import { startTestStack } from '../support/service/stack.ts';
import { edgeCounters, edgeWorker } from './support/edge-counters.ts';
import { forgetPeak, peakBytes } from './support/processes/memory.ts';
import { expectOnly } from './support/watched-stack.ts';

const PATIENCE = { timeout: 60_000, interval: 20 };
/** A process takes up to 250 MB by `docs/operations.md`; the rest is for another machine's allocator. */
const MAX_NODE_BYTES = 350e6;
/** What is right, or comes too late on a machine that is busy enough. */
const SHOWN = ['ok', 'unavailable', 'busy'];
const FAILURES = 5_000;
const COUNTERS = ['MAIN.n_lru_nuked', 'MAIN.n_lru_limited'].concat([
  'SMA.Transient.c_fail',
  'SMA.Transient.g_bytes',
]);

let standIn: StandIn;
let stack: Stack;
async function start(edgeArguments: readonly string[]): Promise<void> {
  standIn = await startStandIn();
  stack = await startTestStack({ upstreamUrl: standIn.url, edgeArguments });
}
async function close(): Promise<void> {
  // How they stop is not what is looked at here, and takes seconds.
  await Promise.all(stack.nodes.map((node) => node.kill()));
  await stack.close();
  await standIn.close();
}

const small = (number: number): string => `/badge/small-${number}-blue.svg`;

async function load(
  pathOf: (number: number) => string,
  maxRequests: number,
  clients = 16,
): Promise<LoadReport> {
  const running = startLoad(stack.edgeUrl, pathOf, { clients, maxRequests, restMs: 0 });
  await running.answered(maxRequests);
  return running.stop();
}

const verdictOf = async (path: string): Promise<string | null> =>
  (await fetch(stack.edgeUrl + path)).headers.get('x-badge-status');

describe('an edge as it is deployed', () => {
  const BADGES = 200;
  /** What a client may see of an edge that is gone: its connection breaks, or is refused. */
  const NO_EDGE = /: (?:\w*Error: )?(?:.*ECONN|.*EPIPE|.*other side closed|.*socket hang up)/;
  const pathOf = (number: number): string => {
    const project = ['requests', 'flask', 'django', 'numpy'][number % 4];
    return `/version/${project}/badge.${number % 10 === 0 ? 'png' : 'svg'}?label=${number % BADGES}`;
  };
  beforeAll(async () => {
    await start(EDGE_ARGUMENTS);
    for (let number = 0; number < BADGES; number += 1)
      await vi.waitUntil(async () => (await verdictOf(pathOf(number))) === 'ok', PATIENCE);
  });
  afterAll(close);

  /** Its manager starts another, and keeps the port meanwhile. */
  const killWorker = async (): Promise<void> => {
    const dead = await edgeWorker(stack);
    if (dead === undefined) throw new Error('varnishd has no worker');
    process.kill(dead, 'SIGKILL');
    await vi.waitUntil(async () => ![dead, undefined].includes(await edgeWorker(stack)), PATIENCE);
    await vi.waitFor(() => fetch(stack.edgeUrl), PATIENCE);
  };

  test.each<[string, () => Promise<void>]>([
    ['stopped', () => stack.edge.stop().then(() => stack.edge.start())],
    ['killed', () => stack.edge.kill().then(() => stack.edge.start())],
    ['its worker killed', killWorker],
  ])(
    '%s under load: connections break until it is back, empty; then every badge is there, and PyPI notices nothing',
    async (how, restart) => {
      await Promise.all(stack.nodes.map(forgetPeak));
      const asked = standIn.requests.length;
      const meanwhile = startLoad(stack.edgeUrl, pathOf, { maxRequests: Infinity });
      await meanwhile.answered(200);
      await restart();
      const { faults } = await meanwhile.stop();
      for (const fault of faults) expect(fault).toMatch(NO_EDGE);
      const back = await load(pathOf, 1_000, 100);
      expectOnly(back, SHOWN);
      for (let number = 0; number < BADGES; number += 1)
        await expect.poll(() => verdictOf(`${pathOf(number)}&back=1`)).toBe('ok');
      expect(standIn.requests.length).toBe(asked);
      const peak = Math.max(...(await Promise.all(stack.nodes.map(peakBytes))));
      tellOutcome(`varnishd under load: ${how}`, { back, peakMB: Math.round(peak / 1e6) });
      expect(peak).toBeLessThan(MAX_NODE_BYTES);
    },
  );

  test('thousands of failures are remembered at once: everybody gets the picture that says so', async () => {
    await Promise.all(stack.nodes.map((node) => node.kill()));
    expectOnly(await load(small, FAILURES), ['unavailable']);
    const counters = await edgeCounters(stack, COUNTERS);
    tellOutcome(`the edge remembers ${FAILURES} failures`, counters);
    expect(counters['SMA.Transient.c_fail']).toBe(0);
  });
});

describe('an edge whose storage is full', () => {
  const SMALL = 2_000;
  const W = 'W'.repeat(250);
  /** 500 kB, half of the storage. */
  const large = (number: number): string => `/badge/${number}${W}-${W}-red.jpg?scale=4`;
  const sizes: Readonly<Record<string, string>> = {
    'malloc,256m': 'malloc,1m',
    'Transient=malloc,64m': 'Transient=malloc,1m',
  };
  beforeAll(() => start(EDGE_ARGUMENTS.map((word) => sizes[word] ?? word)));
  afterAll(close);

  test('badges that nobody asks for go, for small ones and for large ones', async () => {
    expectOnly(await load(small, SMALL), SHOWN);
    let asked = 0;
    for (let stored = 0; stored < 3; stored += 1) {
      await expect.poll(() => verdictOf(large((asked += 1)))).toBe('ok');
      expectOnly(await load((number) => small(SMALL * (stored + 1) + number), 100), SHOWN);
    }
    const counters = await edgeCounters(stack, COUNTERS);
    tellOutcome('the storage of the edge is full', counters);
    expect(counters['MAIN.n_lru_nuked']).toBeGreaterThan(SMALL / 2);
    expect(counters['MAIN.n_lru_limited']).toBe(0);
  });

  test('there is no room to remember all failures: some connections are closed, and no answer is wrong', async () => {
    const worker = await edgeWorker(stack);
    await Promise.all(stack.nodes.map((node) => node.kill()));
    const outcomes: Record<string, number> = {};
    let asked = 0;
    let counters: Readonly<Record<string, number>> = {};
    const fail = async (): Promise<void> => {
      const outcome = await verdictOf(small(1_000_000 + (asked += 1))).catch(() => 'closed');
      outcomes[`${outcome}`] = (outcomes[`${outcome}`] ?? 0) + 1;
    };
    while (!counters['SMA.Transient.c_fail']) {
      for (let left = 50; left > 0; left -= 1) await Promise.all(Array.from({ length: 20 }, fail));
      counters = await edgeCounters(stack, COUNTERS);
    }
    tellOutcome(`the edge has 1 MB to remember ${asked} failures`, { outcomes, ...counters });
    const { unavailable = 0, closed = 0, ...others } = outcomes;
    expect(others).toEqual({});
    expect(closed).toBeLessThan(unavailable / 10);
    expect(await edgeWorker(stack)).toBe(worker);
    await Promise.all(stack.nodes.map((node) => node.start()));
    await expect.poll(() => verdictOf(`/badge/back-${(asked += 1)}-blue.svg`)).toBe('ok');
  });
});
