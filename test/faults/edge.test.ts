import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { StandIn } from '../../sample/stand-in.ts';
import { EDGE_ARGUMENTS } from '../../stack/edge.ts';
import type { Stack } from '../../stack/start-stack.ts';
import { startLoad } from '../support/load.ts';
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
const PROJECTS = ['requests', 'flask', 'django', 'numpy'] as const;

let stack: Stack;
const close = async (): Promise<void> => {
  // How they stop is not what is looked at here, and takes seconds.
  await Promise.all(stack.nodes.map((node) => node.kill()));
  await stack.close();
};

describe('varnishd begins anew, with nothing, under load', () => {
  const CLIENTS = 100;
  const ANSWERS = 3_000;
  /** What a client may see of an edge that is gone: the connection breaks, or is refused. */
  const NO_EDGE = new Set(['ECONNRESET', 'ECONNREFUSED', 'UND_ERR_SOCKET', 'EPIPE']);
  let standIn: StandIn;
  /** 200 badges, all of which the edge has soon, and the nodes' memories. */
  const pathOf = (number: number): string => {
    const project = PROJECTS[number % PROJECTS.length];
    return `/version/${project}/badge.${number % 10 === 0 ? 'png' : 'svg'}?label=${number % 200}`;
  };

  beforeAll(async () => {
    standIn = await startStandIn();
    stack = await startTestStack({ upstreamUrl: standIn.url });
  }, START_MS);
  afterAll(async () => {
    await close();
    await standIn.close();
  }, START_MS);

  const killWorker = async ({ edge, edgeUrl }: Stack): Promise<void> => {
    const dead = await edgeWorker(stack);
    expect(dead).toBeGreaterThan(0);
    process.kill(dead ?? edge.pid ?? 0, 'SIGKILL');
    await vi.waitUntil(async () => ![dead, undefined].includes(await edgeWorker(stack)), PATIENCE);
    await vi.waitUntil(() => fetch(edgeUrl).then(Boolean, () => false), PATIENCE);
  };

  test.each<[string, (of: Stack) => Promise<void>]>([
    ['stopped', ({ edge }) => edge.stop().then(() => edge.start())],
    ['killed', ({ edge }) => edge.kill().then(() => edge.start())],
    ['its worker is killed', killWorker],
  ])(
    '%s: connections break until it is back, then every badge is there, and PyPI notices nothing',
    async (how, restart) => {
      await Promise.all(stack.nodes.map(forgetPeak));
      const clients = startEdgeClients(stack.edgeUrl, pathOf, CLIENTS);
      await clients.settled(ANSWERS);
      const asked = standIn.requests.length;

      clients.enter('away');
      const startedAtMs = performance.now();
      await restart(stack);
      const awayMs = Math.round(performance.now() - startedAtMs);
      clients.enter('back');
      await clients.settled(ANSWERS);
      const { before = {}, away = {}, back = {} } = await clients.stop();

      const peaks = await Promise.all(stack.nodes.map(peakBytes));
      const peakMB = Math.round(Math.max(...peaks) / 1e6);
      tellOutcome(`varnishd under load: ${how}`, { awayMs, before, away, back, peakMB });
      expect(Object.keys(back)).toEqual(['ok']);
      for (const seen of [before, away])
        expect(Object.keys(seen).filter((each) => each !== 'ok' && !NO_EDGE.has(each))).toEqual([]);
      expect(brokenIn(before)).toBeLessThanOrEqual(CLIENTS);
      expect(standIn.requests.length).toBe(asked);
      expect(Math.max(...peaks)).toBeLessThan(MAX_NODE_BYTES);
    },
    START_MS,
  );

  function brokenIn(outcomes: Outcomes): number {
    return Object.entries(outcomes).reduce(
      (sum, [seen, times]) => sum + (seen === 'ok' ? 0 : times),
      0,
    );
  }
});

describe('the storage of the edge is full', () => {
  const LARGE_LABEL = 'W'.repeat(250);
  const small = (number: number): string => `/badge/small-${number}-blue.svg`;
  /** About 500 kB, half of the storage. */
  const large = (number: number): string =>
    `/badge/${number}${LARGE_LABEL}-${LARGE_LABEL}-red.jpg?scale=4`;
  const COUNTERS = ['MAIN.n_lru_nuked', 'MAIN.n_lru_limited', 'SMA.s0.c_fail'].concat([
    'SMA.Transient.c_fail',
    'MAIN.sc_overload',
  ]);

  const sizedAs = (sizes: Readonly<Record<string, string>>): string[] =>
    EDGE_ARGUMENTS.map((word) => sizes[word] ?? word);
  const start = async (sizes: Readonly<Record<string, string>>): Promise<void> => {
    stack = await startTestStack({ edgeArguments: sizedAs(sizes) });
  };
  afterEach(close, START_MS);

  test(
    '… of badges: those that nobody asks for go, for small ones and for large ones',
    async () => {
      await start({ 'malloc,256m': 'malloc,1m' });
      const load = async (
        pathOf: (number: number) => string,
        clients: number,
        maxRequests: number,
      ) => {
        const running = startLoad(stack.edgeUrl, pathOf, { clients, maxRequests, restMs: 0 });
        await running.answered(maxRequests);
        return running.stop();
      };
      const reports = [
        await load(small, 16, 4_000),
        // Two at once: more would take longer to draw than the edge waits.
        await load(
          (number) => (number % 100 === 0 ? large(number) : small(10_000 + number)),
          2,
          1_000,
        ),
      ];
      const counters = await edgeCounters(stack, COUNTERS);
      tellOutcome('the storage of the edge is full of badges', counters);
      for (const { asked, faults, verdicts } of reports) {
        expect(faults).toEqual([]);
        expect(verdicts).toEqual({ ok: asked });
      }
      expect(counters['MAIN.n_lru_nuked']).toBeGreaterThan(3_000);
      expect(counters['MAIN.n_lru_limited']).toBe(0);
    },
    START_MS,
  );

  describe('of failures that are remembered', () => {
    const FAILURES = 20_000;
    const CLIENTS = 64;

    const failAll = async (): Promise<Outcomes> => {
      await Promise.all(stack.nodes.map((node) => node.kill()));
      const clients = startEdgeClients(stack.edgeUrl, small, CLIENTS);
      await clients.settled(FAILURES);
      return (await clients.stop())['before'] ?? {};
    };

    test(
      '20,000 at once fit into what is deployed: all get the picture that says so',
      async () => {
        await start({});
        const seen = await failAll();
        const counters = await edgeCounters(stack, [...COUNTERS, 'SMA.Transient.g_bytes']);
        tellOutcome('the edge remembers 20,000 failures', { seen, ...counters });
        expect(Object.keys(seen)).toEqual(['unavailable']);
        expect(counters['SMA.Transient.c_fail']).toBe(0);
      },
      START_MS,
    );

    test(
      'where they do not fit, a few connections are closed, and no answer is wrong',
      async () => {
        await start({ 'Transient=malloc,64m': 'Transient=malloc,1m' });
        const worker = await edgeWorker(stack);
        const seen = await failAll();
        const counters = await edgeCounters(stack, COUNTERS);
        tellOutcome('the edge has 1 MB to remember 20,000 failures', { seen, ...counters });
        expect(counters['SMA.Transient.c_fail']).toBeGreaterThan(0);
        const { unavailable = 0, UND_ERR_SOCKET: closed = 0, ...rest } = seen;
        expect(rest).toEqual({});
        expect(closed).toBeLessThan(unavailable / 20);
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
});
