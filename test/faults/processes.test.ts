import { once } from 'node:events';
import { Agent, fetch } from 'undici';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { sampleProjects } from '../../sample/projects/sample-projects.ts';
import type { StandIn } from '../../sample/stand-in.ts';
import type { Stack } from '../../stack/start-stack.ts';
import { startCli } from '../support/service/cli.ts';
import { measureP99, startLoad } from '../support/load/load.ts';
import { tellOutcome } from '../support/load/outcomes.ts';
import { startStandIn } from '../support/service/service.ts';
import { startTestStack } from '../support/service/stack.ts';
import { expectUnnoticed, KNOWN, mixedPath } from './support/others.ts';
import { HUGE_DOCUMENTS, hugeProjects } from './support/processes/documents.ts';
import { aByteASecond, holdSockets, idle, noBody } from './support/processes/sockets.ts';
import { expectBadges } from './support/restarts.ts';

/** 100,000 for a soak. */
const REQUESTS = Number(process.env['SOAK_REQUESTS'] ?? 1_000);
const SOAK_MS = 120_000 + REQUESTS * 20;
const AT_ONCE = 4;
const SLOW = 50;
const PATIENCE = { timeout: 60_000, interval: 50 };
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
});
afterAll(async () => {
  // How they stop is looked at below, and takes seconds.
  await Promise.all(stack.nodes.map((node) => node.kill()));
  await stack.close();
  await standIn.close();
});

describe('processes that end under load', () => {
  const restartInTurn = async (): Promise<void> => {
    for (const node of stack.nodes) {
      await node.stop();
      await node.start();
    }
  };

  const killInTurn = async (): Promise<void> => {
    for (const node of stack.nodes) {
      await node.kill();
      await node.start();
    }
  };

  test(
    'two are restarted in turn, and killed in turn: each request gets its badge',
    async () => {
      let asked = 0;
      const path = (): string => mixedPath((asked += 1));
      const options = { clients: 8, maxRequests: REQUESTS / 10 };
      const calmP99 = await measureP99(stack.edgeUrl, path, options);
      const load = startLoad(stack.edgeUrl, path, { ...options, maxRequests: Infinity });
      const soak = { isOver: false };
      const enough = load.answered(REQUESTS).then(() => (soak.isOver = true));
      const turns = [restartInTurn, killInTurn] as const;
      let taken = 0;
      for (; taken < turns.length || !soak.isOver; taken += 1) await turns[taken % 2]?.();
      await enough;
      const report = await load.stop();
      const [restarts, kills] = [2 * Math.ceil(taken / 2), 2 * Math.floor(taken / 2)];
      const outcome = { ...report, calmP99, restarts, kills };
      tellOutcome('API processes restarted and killed in turn', outcome);
      expectBadges(report);
    },
    SOAK_MS,
  );
});

describe('what holds up a process', () => {
  test('a document of 31 MB of which badges need little is read', async () => {
    const [name] = namesOf('releases');
    const release = async (): Promise<string | null> => {
      const { headers } = await fetch(`${stack.edgeUrl}/version/${name}/badge.svg`);
      return headers.get('x-badge-release');
    };
    await expect.poll(release).toBe('1.2.3');
  });

  test.each(HUGE_DOCUMENTS)(
    'documents of 31 MB, most of it %s: others are answered',
    async (what) => {
      const ask = async (name: string): Promise<string> => {
        const { status, headers } = await fetch(`${stack.edgeUrl}/license/${name}/badge.svg`);
        return `${status} ${headers.get('content-type')}`;
      };
      const title = `${AT_ONCE} documents of 31 MB at once, most of it ${what}`;
      await expectUnnoticed(stack, title, MAX_NODE_BYTES, async () => {
        const answers = await Promise.all(namesOf(what).map(ask));
        expect(new Set(answers)).toEqual(new Set(['200 image/svg+xml; charset=utf-8']));
      });
    },
  );
});

test('SIGTERM while the upstream hangs, among idle and slow clients: who asked is answered, and it ends by itself', async () => {
  const hanging = await startStandIn();
  hanging.misbehave({ mode: 'hang' });
  const settings = { PYPI_URL: hanging.url, PYPISTATS_URL: hanging.url };
  const { child, output } = await startCli(['serve'], settings);
  const url = await vi.waitUntil(
    () => /"url":"([^"]+)"/.exec(output.out.toString())?.[1],
    PATIENCE,
  );
  const held = await Promise.all(
    [idle, aByteASecond, noBody].map((manner) => holdSockets(url, SLOW, manner)),
  );
  const agent = new Agent();
  const asked = Array.from({ length: 20 }, async (_, number) => {
    const path = `/version/hanging-${number}/badge.svg`;
    const { status, headers } = await fetch(url + path, { dispatcher: agent });
    return [status, headers.get('x-badge-status')];
  });
  await expect.poll(() => hanging.requests.length).toBeGreaterThan(0);
  // As the edge's probe would: then it serves on for a while.
  await fetch(`${url}/-/ready`);
  child.kill('SIGTERM');
  // By force it would be the code 1, five seconds after the last client was cut off.
  expect(await once(child, 'exit')).toEqual([0, null]);
  for (const answer of await Promise.all(asked)) expect(answer).toEqual([200, 'unavailable']);
  for (const sockets of held) sockets.release();
  await agent.destroy();
  await hanging.close();
});
