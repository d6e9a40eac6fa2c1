import { Agent, fetch } from 'undici';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { StandIn } from '../../sample/stand-in.ts';
import type { Stack } from '../../stack/start-stack.ts';
import { startStandIn } from '../support/service/service.ts';
import { startTestStack } from '../support/service/stack.ts';
import { expectUnnoticed, KNOWN } from './support/others.ts';
import {
  aByteASecond,
  holdSockets,
  idle,
  type Manner,
  noBody,
  silent,
} from './support/processes/sockets.ts';

const BEYOND = 500;
const SLOW = 100;
/** 10,000 connections take 110 MB of a node that has 150 to 250 without. */
const MAX_NODE_BYTES = 450e6;

let standIn: StandIn;
let stack: Stack;
beforeAll(async () => {
  standIn = await startStandIn();
  stack = await startTestStack({ upstreamUrl: standIn.url });
  for (const path of KNOWN) await fetch(stack.edgeUrl + path);
});
afterAll(async () => {
  await Promise.all(stack.nodes.map((node) => node.kill()));
  await stack.close();
  await standIn.close();
});
afterEach(() => standIn.behave());

/** A node has room for 10,000; the edge closes after five seconds what is idle, and has threads for those who ask. */
const PLACES: readonly [where: string, idle: number, urlOf: () => string][] = [
  ['a node', 10_000, () => stack.nodeUrls[0]],
  ['the edge', 3_000, () => stack.edgeUrl],
];

/** The verdict for somebody who comes with a connection of their own. */
async function verdictAt(url: string): Promise<string | null> {
  const { headers } = await fetch(`${url}/version/requests/badge.svg`, {
    headers: { connection: 'close' },
  });
  return headers.get('x-badge-status');
}

test.each(PLACES)(
  'idle connections at %s, %i and more: others are served, and so is who comes next',
  async (where, count, urlOf) => {
    const what = `${count} idle connections at ${where}, and ${BEYOND} more`;
    await expectUnnoticed(stack, what, MAX_NODE_BYTES, async () => {
      const held = await holdSockets(urlOf(), count, idle);
      // The edge has connections to a node as well, so that some of these may have been the first too many.
      expect(held.begun).toBeGreaterThan(count - BEYOND);
      const more = await holdSockets(urlOf(), BEYOND, idle);
      await expect.poll(() => verdictAt(urlOf()).catch(String)).toBe('ok');
      held.release();
      more.release();
    });
  },
);

test('clients that are slow on purpose are cut off, at the nodes and at the edge, and others are served', async () => {
  const manners: readonly Manner[] = [aByteASecond, silent, noBody];
  const cases = PLACES.flatMap(([, , urlOf]) => manners.map((begin) => ({ url: urlOf(), begin })));
  const what = `${SLOW} clients of each slow manner at each place`;
  await expectUnnoticed(stack, what, MAX_NODE_BYTES, async () => {
    const held = await Promise.all(cases.map(({ url, begin }) => holdSockets(url, SLOW, begin)));
    await expect.poll(() => held.map(({ closed }) => closed)).toEqual(cases.map(() => SLOW));
  });
});

const LEAVERS = PLACES.flatMap(([where, , urlOf], row) => [
  { where, urlOf, who: 'the first of two', project: `sample-status-${2 * row + 1}`, stays: true },
  { where, urlOf, who: 'everybody', project: `sample-status-${2 * row + 2}`, stays: false },
]);
test.each(LEAVERS)(
  '$who leaves $where while the upstream thinks: it is asked once',
  async ({ urlOf, project, stays }) => {
    const timesAsked = (): number =>
      standIn.requests.filter(({ path }) => path === `/pypi/${project}/json`).length;
    standIn.misbehave({ mode: 'slow', latencyMs: 700 });
    const url = `${urlOf()}/version/${project}/badge.svg`;
    const leaving = new AbortController();
    const dispatcher = new Agent();
    const first = fetch(url, { signal: leaving.signal, dispatcher });
    await expect.poll(timesAsked).toBe(1);
    const second = stays ? fetch(url) : undefined;
    leaving.abort();
    await expect(first).rejects.toThrow('aborted');
    expect((await second)?.status ?? 200).toBe(200);
    await expect.poll(() => verdictAt(urlOf())).toBe('ok');
    expect((await fetch(url)).headers.get('x-badge-status')).toBe('ok');
    expect(timesAsked()).toBe(1);
    await dispatcher.destroy();
  },
);
