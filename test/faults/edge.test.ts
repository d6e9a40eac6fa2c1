import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { StandIn } from '../../sample/stand-in.ts';
import { EDGE_ARGUMENTS } from '../../stack/edge.ts';
import type { Stack } from '../../stack/start-stack.ts';
import { type LoadReport, startLoad } from '../support/load.ts';
import { tellOutcome } from '../support/outcomes.ts';
import { startStandIn } from '../support/service.ts';
import { startTestStack } from '../support/stack.ts';
import { type Outcomes, startEdgeClients } from './support/edge-clients.ts';
import { edgeCounters, edgeWorker } from './support/edge-counters.ts';
import { forgetPeak, peakBytes } from './support/process-memory.ts';

const START_MS = 60_000;
const PATIENCE = { timeout: 20_000, interval: 20 };
/** A process takes up to 250 MB by `docs/operations.md`; the rest is for another machine's allocator. */
const MAX_NODE_BYTES = 350e6;
/** The edge gives up on the nodes after 2.3 s, and says so with a picture; a machine that is busy enough takes so long. */
const LATE_SHARE = 1 / 20;
const PROJECTS = ['requests', 'flask', 'django', 'numpy'] as const;
const COUNTERS = [
  'MAIN.n_lru_nuked',
  'MAIN.n_lru_limited',
  'MAIN.sc_overload',
  'SMA.Transient.c_fail',
  'SMA.Transient.g_bytes',
];

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

/** Kills both nodes, and asks for 20,000 badges that the edge has not. */
async function failAll(): Promise<Outcomes> {
  await Promise.all(stack.nodes.map((node) => node.kill()));
  const clients = startEdgeClients(stack.edgeUrl, small, 64);
  await clients.settled(20_000);
  return (await clients.stop())['before'] ?? {};
}

/** All of them got their badge, but for those whose machine was late with it. */
function checkServed({ ok = 0, unavailable = 0, ...others }: Outcomes): void {
  expect(others).toEqual({});
  expect(unavailable).toBeLessThanOrEqual(ok * LATE_SHARE);
}

describe('an edge as it is deployed', () => {
  const CLIENTS = 100;
  const ANSWERS = 3_000;
  /** What a client may see of an edge that is gone: its connection breaks, or is refused. */
  const NO_EDGE = new Set(['ECONNRESET', 'ECONNREFUSED', 'UND_ERR_SOCKET', 'EPIPE']);
  const BADGES = 200;

  const pathOf = (number: number): string => {
    const project = PROJECTS[number % PROJECTS.length];
    return `/version/${project}/badge.${number % 10 === 0 ? 'png' : 'svg'}?label=${number % BADGES}`;
  };
  beforeAll(async () => {
    await start(EDGE_ARGUMENTS);
    for (let number = 0; number < BADGES; number += 1) await fetch(stack.edgeUrl + pathOf(number));
  }, START_MS);
  afterAll(close, START_MS);

  /** Those whose connection broke or was refused, and what the others got. */
  const split = (outcomes: Outcomes): { broken: number; answered: Outcomes } => {
    const entries = Object.entries(outcomes);
    const broken = entries.filter(([what]) => NO_EDGE.has(what));
    return {
      broken: broken.reduce((sum, [, times]) => sum + times, 0),
      answered: Object.fromEntries(entries.filter(([what]) => !NO_EDGE.has(what))),
    };
  };
  /** Its manager starts another, and keeps the port meanwhile. */
  const killWorker = async (): Promise<void> => {
    const dead = await edgeWorker(stack);
    if (dead === undefined) throw new Error('varnishd has no worker');
    process.kill(dead, 'SIGKILL');
    await vi.waitUntil(async () => ![dead, undefined].includes(await edgeWorker(stack)), PATIENCE);
    await vi.waitUntil(
      () =>
        fetch(stack.edgeUrl).then(
          () => true,
          () => false,
        ),
      PATIENCE,
    );
  };

  test.each<[string, () => Promise<void>]>([
    ['stopped', () => stack.edge.stop().then(() => stack.edge.start())],
    ['killed', () => stack.edge.kill().then(() => stack.edge.start())],
    ['its worker killed', killWorker],
  ])(
    '%s under load: connections break until it is back, empty; then every badge is there, and PyPI notices nothing',
    async (how, restart) => {
      await Promise.all(stack.nodes.map(forgetPeak));
      const clients = startEdgeClients(stack.edgeUrl, pathOf, CLIENTS);
      await clients.settled(ANSWERS);
      const asked = standIn.requests.length;

      clients.enter('away');
      const startedAtMs = performance.now();
      await restart();
      const awayMs = Math.round(performance.now() - startedAtMs);
      clients.enter('back');
      await clients.settled(ANSWERS);
      const { before = {}, away = {}, back = {} } = await clients.stop();

      const peak = Math.max(...(await Promise.all(stack.nodes.map(peakBytes))));
      const peakMB = Math.round(peak / 1e6);
      tellOutcome(`varnishd under load: ${how}`, { awayMs, before, away, back, peakMB });
      checkServed(back);
      for (const seen of [before, away]) checkServed(split(seen).answered);
      // Those that were under way.
      expect(split(before).broken).toBeLessThanOrEqual(CLIENTS);
      expect(standIn.requests.length).toBe(asked);
      expect(peak).toBeLessThan(MAX_NODE_BYTES);
    },
    START_MS,
  );

  test(
    '20,000 failures are remembered at once: everybody gets the picture that says so',
    async () => {
      const seen = await failAll();
      const counters = await edgeCounters(stack, COUNTERS);
      tellOutcome('the edge remembers 20,000 failures', { seen, ...counters });
      expect(Object.keys(seen)).toEqual(['unavailable']);
      expect(counters['SMA.Transient.c_fail']).toBe(0);
    },
    START_MS,
  );
});

describe('an edge whose storage is full', () => {
  const SMALL = 4_000;
  const MIXED = 500;
  const W = 'W'.repeat(250);
  /** 500 kB, half of the storage. */
  const large = (number: number): string => `/badge/${number}${W}-${W}-red.jpg?scale=4`;
  const mixed = (number: number): string =>
    number % 100 === 0 ? large(number) : small(SMALL + number);
  const sizes: Readonly<Record<string, string>> = {
    'malloc,256m': 'malloc,1m',
    'Transient=malloc,64m': 'Transient=malloc,1m',
  };

  beforeAll(() => start(EDGE_ARGUMENTS.map((word) => sizes[word] ?? word)), START_MS);
  afterAll(close, START_MS);

  const load = async (
    path: (number: number) => string,
    maxRequests: number,
    clients: number,
  ): Promise<LoadReport> => {
    const running = startLoad(stack.edgeUrl, path, { clients, maxRequests, restMs: 0 });
    await running.answered(maxRequests);
    return running.stop();
  };

  test(
    'badges that nobody asks for go, for small ones and for large ones',
    async () => {
      // Two at once: more of the large ones would take longer to draw than the edge waits.
      const reports = [await load(small, SMALL, 16), await load(mixed, MIXED, 2)];
      const counters = await edgeCounters(stack, COUNTERS);
      tellOutcome('the storage of the edge is full', counters);
      for (const { faults, verdicts } of reports) {
        expect(faults).toEqual([]);
        checkServed(verdicts);
      }
      expect(counters['MAIN.n_lru_nuked']).toBeGreaterThan(SMALL / 2);
      expect(counters['MAIN.n_lru_limited']).toBe(0);
    },
    START_MS,
  );

  test(
    'there is no room to remember all failures: a few connections are closed, and no answer is wrong',
    async () => {
      const worker = await edgeWorker(stack);
      const seen = await failAll();
      const counters = await edgeCounters(stack, COUNTERS);
      tellOutcome('the edge has 1 MB to remember 20,000 failures', { seen, ...counters });
      expect(counters['SMA.Transient.c_fail']).toBeGreaterThan(0);
      const { unavailable = 0, ok = 0, UND_ERR_SOCKET: closed = 0, ...others } = seen;
      expect(others).toEqual({});
      expect(closed).toBeLessThan((ok + unavailable) / 20);
      expect(await edgeWorker(stack)).toBe(worker);
      await Promise.all(stack.nodes.map((node) => node.start()));
      await vi.waitFor(async () => {
        const { headers } = await fetch(`${stack.edgeUrl}/badge/back-again-blue.svg`);
        expect(headers.get('x-badge-status')).toBe('ok');
      }, PATIENCE);
    },
    START_MS,
  );
});
