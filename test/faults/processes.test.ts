import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { sampleProjects } from '../../sample/projects/sample-projects.ts';
import type { StandIn } from '../../sample/stand-in.ts';
import { scrape, sumOf } from '../../src/commands/scrape.ts';
import type { Stack } from '../../stack/start-stack.ts';
import { startLoad } from '../support/load.ts';
import { tellOutcome } from '../support/outcomes.ts';
import { startStandIn } from '../support/service.ts';
import { startTestStack } from '../support/stack.ts';
import { HUGE_DOCUMENTS, hugeProjects } from './support/process-documents.ts';
import { pidOf } from './support/process-memory.ts';
import { amongOthers, failedOf, figuresOf } from './support/process-others.ts';
import { KNOWN, mixedPath } from './support/process-paths.ts';

/** 100,000 for a soak. */
const REQUESTS = Number(process.env['SOAK_REQUESTS'] ?? 20_000);
/** The edge gives up on the nodes after 2.3 s, and says so with a picture; a machine that is busy enough takes so long. */
const LATE_SHARE = 1 / 100;
const LATE_SHARE_WHILE_HELD = 1 / 20;
const AT_ONCE = 8;
const START_MS = 60_000;
const SOAK_MS = 60_000 + REQUESTS * 5;
const PATIENCE = { timeout: 20_000, interval: 50 };
/** A process takes up to 250 MB by `docs/operations.md`; the rest is for large pictures and another machine's allocator. */
const MAX_NODE_BYTES = 400e6;

/** The projects that have such a document. */
const namesOf = (what: string): string[] =>
  Array.from({ length: AT_ONCE }, (_, number) => `huge-${what}-${number}`);

let standIn: StandIn;
let stack: Stack;
beforeAll(async () => {
  const huge = HUGE_DOCUMENTS.flatMap(([what, write]) => hugeProjects(namesOf(what), write));
  standIn = await startStandIn([...sampleProjects, ...huge]);
  stack = await startTestStack({ upstreamUrl: standIn.url });
  for (const path of KNOWN) await fetch(stack.edgeUrl + path);
}, START_MS);
afterAll(async () => {
  // How they stop is looked at above, and takes seconds.
  await Promise.all(stack.nodes.map((node) => node.kill()));
  await stack.close();
  await standIn.close();
}, START_MS);

describe('processes that end under load', () => {
  /** Waits until the edge has found a node that was started: it asks it for badges. */
  const isFound = (node: 0 | 1): Promise<unknown> =>
    vi.waitUntil(
      async () => sumOf(await scrape(stack.adminUrls[node]), 'pypins_requests_total') > 0,
      PATIENCE,
    );

  /** As operators do it, who look at nothing but that each process is ready before they stop the next. */
  const restartInTurn = async (): Promise<void> => {
    for (const node of stack.nodes) {
      await node.stop();
      await node.start();
    }
  };

  /** One at a time: nobody could answer if the other had not been found again. */
  const killInTurn = async (): Promise<void> => {
    for (const node of [0, 1] as const) {
      await isFound(node === 0 ? 1 : 0);
      await stack.nodes[node].kill();
      await stack.nodes[node].start();
      await isFound(node);
    }
  };

  test(
    `two are restarted in turn, and killed in turn: not one of ${REQUESTS} requests fails, and hardly one is late`,
    async () => {
      const options = { clients: 32, maxRequests: Infinity, restMs: 0 };
      const load = startLoad(stack.edgeUrl, mixedPath, options);
      const soak = { isOver: false };
      const enough = load.answered(REQUESTS).then(() => (soak.isOver = true));
      const turns = [restartInTurn, killInTurn] as const;
      const startedAtMs = performance.now();
      let taken = 0;
      for (; taken < turns.length || !soak.isOver; taken += 1) await turns[taken % 2]?.();
      await enough;
      const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
      const report = await load.stop();
      tellOutcome('API processes restarted and killed in turn, under load', {
        ...report,
        restarts: 2 * Math.ceil(taken / 2),
        kills: 2 * Math.floor(taken / 2),
        seconds,
      });
      expect(report.faults).toEqual([]);
      expect(report.asked).toBeGreaterThanOrEqual(REQUESTS);
      expect(failedOf(report)).toBeLessThanOrEqual(report.asked * LATE_SHARE);
    },
    SOAK_MS,
  );
});

describe('what holds up a process', () => {
  /** Asks for all of it at once, among others who must not notice; gives how often each verdict came. */
  const checkOthers = async (
    what: string,
    paths: readonly string[],
  ): Promise<Readonly<Record<string, number>>> => {
    const pids = stack.nodes.map(pidOf);
    const verdicts: Record<string, number> = {};
    const ask = async (path: string): Promise<void> => {
      const { status, headers } = await fetch(stack.edgeUrl + path);
      expect(`${status} ${headers.get('content-type')}`).toMatch(/^200 image\//);
      const verdict = `${headers.get('x-badge-status')}`;
      verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
    };
    const meanwhile = await amongOthers(stack, () => Promise.all(paths.map(ask)));
    tellOutcome(`${paths.length} ${what} at once`, { verdicts, ...figuresOf(meanwhile) });
    const { others, peakBytes } = meanwhile;
    expect(others.faults).toEqual([]);
    expect(failedOf(others)).toBeLessThanOrEqual(others.asked * LATE_SHARE_WHILE_HELD);
    expect(stack.nodes.map(pidOf)).toEqual(pids);
    expect(peakBytes).toBeLessThan(MAX_NODE_BYTES);
    return verdicts;
  };

  test('a document of 31 MB of which badges need little is read', async () => {
    const [name] = namesOf('releases');
    const release = async (): Promise<string | null> => {
      const { headers } = await fetch(`${stack.edgeUrl}/version/${name}/badge.svg`);
      return headers.get('x-badge-release');
    };
    await vi.waitFor(async () => expect(await release()).toBe('1.2.3'), PATIENCE);
  });

  test.each(HUGE_DOCUMENTS)(
    'documents of 31 MB, most of it %s: others are answered',
    async (what) => {
      const paths = namesOf(what).map((name) => `/license/${name}/badge.svg`);
      await checkOthers(`documents of 31 MB, most of it ${what},`, paths);
    },
    START_MS,
  );

  test.each([
    [
      'URLs of 10 kB',
      (number: number) =>
        `/version/requests/badge.svg?label=${encodeURIComponent(`${number}`.padEnd(1_100, '…'))}`,
    ],
    [
      'pictures of 512 letters at scale 4',
      (number: number) =>
        `/badge/${`${number}`.padEnd(256, 'W')}-${'W'.repeat(256)}-red.png?scale=4&style=social`,
    ],
  ])(
    '%s: others are answered',
    async (what, pathOf) => {
      const paths = Array.from({ length: 4 * AT_ONCE }, (_, number) => pathOf(number));
      expect(await checkOthers(what, paths)).toHaveProperty('ok');
    },
    START_MS,
  );
});
