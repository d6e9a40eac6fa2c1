import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, fetch } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { StandIn } from '../../sample/stand-in.ts';
import type { Stack } from '../../stack/start-stack.ts';
import { startCli } from '../support/cli.ts';
import { tellOutcome } from '../support/outcomes.ts';
import { startStandIn } from '../support/service.ts';
import { startTestStack } from '../support/stack.ts';
import { pidOf } from './support/process-memory.ts';
import { amongOthers, failedOf, figuresOf } from './support/process-others.ts';
import { KNOWN } from './support/process-paths.ts';
import {
  aByteASecond,
  holdSockets,
  idle,
  type Manner,
  noBody,
  silent,
} from './support/process-sockets.ts';

const IDLE = 10_000;
const BEYOND = 500;
const SLOW = 200;
const START_MS = 60_000;
const PATIENCE = { timeout: 25_000, interval: 50 };
/** 10,000 connections take 110 MB of a node that has 150 to 250 without. */
const MAX_NODE_BYTES = 450e6;
/** The edge gives up on the nodes after 2.3 s, and says so with a picture; a machine that is busy enough takes so long. */
const LATE_SHARE = 1 / 20;

let standIn: StandIn;
let stack: Stack;
beforeAll(async () => {
  standIn = await startStandIn();
  stack = await startTestStack({ upstreamUrl: standIn.url });
  for (const path of KNOWN) await fetch(stack.edgeUrl + path);
}, START_MS);
afterAll(async () => {
  // How one stops is looked at below, and takes seconds.
  await Promise.all(stack.nodes.map((node) => node.kill()));
  await stack.close();
  await standIn.close();
}, START_MS);
afterEach(() => standIn.behave());

const PLACES: readonly [string, () => string][] = [
  ['a node', () => stack.nodeUrls[0]],
  ['the edge', () => stack.edgeUrl],
];

/** Does it while others ask the edge, who must not notice. */
async function checkUnnoticed(
  what: string,
  work: () => Promise<Record<string, number>>,
): Promise<void> {
  const parts = [stack.edge, ...stack.nodes];
  const pids = parts.map(pidOf);
  const told: Record<string, number> = {};
  const meanwhile = await amongOthers(stack, async () => Object.assign(told, await work()));
  tellOutcome(what, { ...told, ...figuresOf(meanwhile) });
  const { others, peakBytes } = meanwhile;
  expect(others.faults).toEqual([]);
  expect(failedOf(others)).toBeLessThanOrEqual(others.asked * LATE_SHARE);
  expect(parts.map(pidOf)).toEqual(pids);
  expect(peakBytes).toBeLessThan(MAX_NODE_BYTES);
}

/** The verdict for somebody who comes with a connection of their own. */
async function verdictAt(url: string): Promise<string | null> {
  const { headers } = await fetch(`${url}/version/requests/badge.svg`, {
    headers: { connection: 'close' },
  });
  return headers.get('x-badge-status');
}

describe('10,000 idle connections', () => {
  test.each(PLACES)(
    '… at %s: others are served, and so is who comes when it is full',
    async (where, urlOf) => {
      await checkUnnoticed(`10,000 idle connections at ${where}, and 500 more`, async () => {
        const held = await holdSockets(urlOf(), IDLE, idle);
        // The edge has connections to a node as well, so that some of these may have been the first too many.
        expect(held.begun).toBeGreaterThan(IDLE - BEYOND);
        const more = await holdSockets(urlOf(), BEYOND, idle);
        await vi.waitFor(async () => expect(await verdictAt(urlOf())).toBe('ok'), PATIENCE);
        const { begun } = held;
        held.release();
        more.release();
        return { begun, begunBeyond: more.begun };
      });
    },
    START_MS,
  );
});

describe('clients that are slow on purpose', () => {
  const MANNERS: readonly [string, Manner][] = [
    ['a byte a second', aByteASecond],
    ['no byte at all', silent],
    ['a body that does not come', noBody],
  ];

  test(
    'they are cut off, at the nodes and at the edge, and others are served',
    async () => {
      const cases = PLACES.flatMap(([where, urlOf]) =>
        MANNERS.map(([manner, begin]) => ({ what: `${where}: ${manner}`, url: urlOf(), begin })),
      );
      await checkUnnoticed(`${SLOW} clients of each slow manner at each place`, async () => {
        const closed = cases.map(async ({ what, url, begin }): Promise<[string, number]> => {
          const held = await holdSockets(url, SLOW, begin);
          await vi.waitFor(() => expect([what, held.closed]).toEqual([what, SLOW]), PATIENCE);
          return [`${what}, last one closed after ms`, held.lastClosedMs];
        });
        return Object.fromEntries(await Promise.all(closed));
      });
    },
    START_MS,
  );
});

describe('clients that leave', () => {
  const LATENCY_MS = 700;
  const path = (project: string): string => `/pypi/${project}/json`;
  const timesAsked = (project: string): number =>
    standIn.requests.filter((request) => request.path === path(project)).length;

  const cases = PLACES.flatMap(([where, urlOf], row) => [
    { where, urlOf, who: 'the first of two', project: `sample-status-${2 * row + 1}`, stay: true },
    { where, urlOf, who: 'everybody', project: `sample-status-${2 * row + 2}`, stay: false },
  ]);
  test.each(cases)(
    '$who leaves $where while the upstream thinks: it is asked once',
    async ({ urlOf, project, stay }) => {
      standIn.misbehave({ mode: 'slow', latencyMs: LATENCY_MS });
      const url = `${urlOf()}/version/${project}/badge.svg`;
      const leaving = new AbortController();
      const first = fetch(url, { signal: leaving.signal });
      await vi.waitUntil(() => timesAsked(project) === 1, PATIENCE);
      const staying = stay ? [fetch(url)] : [];
      await delay(LATENCY_MS / 7);
      leaving.abort();
      await expect(first).rejects.toThrow('aborted');
      const [answer] = await Promise.all(staying);
      const { headers } = answer ?? (await fetch(url));
      expect(headers.get('x-badge-status')).toBe('ok');
      expect(timesAsked(project)).toBe(1);
    },
  );
});

test(
  'SIGTERM while the upstream hangs, among idle and slow clients: who asked is answered, and it ends by itself',
  async () => {
    const hanging = await startStandIn();
    hanging.misbehave({ mode: 'hang' });
    const settings = { PYPI_URL: hanging.url, PYPISTATS_URL: hanging.url };
    const { child, output } = await startCli(['serve'], settings);
    const url = await vi.waitUntil(
      () => /"url":"([^"]+)"/.exec(output.out.toString())?.[1],
      PATIENCE,
    );
    // As the edge's probe would: then it serves on for a while.
    await fetch(`${url}/-/ready`);
    const held = await Promise.all(
      [idle, aByteASecond, noBody].map((manner) => holdSockets(url, SLOW, manner)),
    );
    const agent = new Agent();
    const asked = Array.from({ length: 20 }, async (_, number) => {
      const response = await fetch(`${url}/version/hanging-${number}/badge.svg`, {
        dispatcher: agent,
      });
      return [response.status, response.headers.get('x-badge-status')];
    });
    await vi.waitUntil(() => hanging.requests.length > 0, PATIENCE);

    const startedAtMs = performance.now();
    child.kill('SIGTERM');
    // By force it would be the code 1, after 15 s.
    expect(await once(child, 'exit')).toEqual([0, null]);
    const ms = Math.round(performance.now() - startedAtMs);
    tellOutcome('SIGTERM while the upstream hangs, among idle and slow clients', { endedMs: ms });
    for (const answer of await Promise.all(asked)) expect(answer).toEqual([200, 'unavailable']);
    for (const sockets of held) sockets.release();
    await agent.destroy();
    await hanging.close();
  },
  START_MS,
);
