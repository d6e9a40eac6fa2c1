import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { FaultProxy } from '../support/fault-proxy.ts';
import { tellOutcome } from '../support/load/outcomes.ts';
import { startNamedEdges } from '../support/edge/named-edges.ts';
import { breakableWayForTest } from './support/breakable-way.ts';
import { createEdgeReader, versionPath } from './support/edge-reader.ts';
import { followHere } from './support/followers.ts';
import { FOLLOWED_WITHIN_MS, type Scene, startScene, TEST_MS } from './support/scene.ts';

vi.setConfig({ testTimeout: TEST_MS });

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
beforeEach(() => scene.reset());
afterAll(() => scene.close());

/** To the process that answers: varnishd's own only looks after it. */
async function signalSecond(signal: NodeJS.Signals): Promise<void> {
  const pid = scene.varnishes[1]?.process.pid;
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  process.kill(Number(children.trim()), signal);
}

const open = (way: FaultProxy): Promise<void> => Promise.resolve(way.set({ way: 'open' }));

test.each([
  {
    fault: 'takes no connection',
    begin: (way: FaultProxy) => Promise.resolve(way.set({ way: 'reset' })),
    end: open,
  },
  {
    fault: 'is not reached',
    begin: (way: FaultProxy) => Promise.resolve(way.set({ way: 'black-hole' })),
    end: open,
  },
  {
    fault: 'is frozen',
    begin: () => signalSecond('SIGSTOP'),
    end: () => signalSecond('SIGCONT'),
  },
])(
  'a node that $fault during a release: the other one is purged, and it is too, as soon as it is back',
  async ({ fault, begin, end }) => {
    const [near, away] = scene.edges;
    const { way, settings } = await breakableWayForTest(scene);
    await followHere(scene, { settings });
    const held = scene.take(3);
    const [project = ''] = held;
    await scene.hold(held);
    await begin(way);
    scene.publish(held);
    const rightAt = async (edge = near) =>
      edge?.untilSays(versionPath(project), '1.1', FOLLOWED_WITHIN_MS);
    expect(await rightAt()).toBeLessThan(FOLLOWED_WITHIN_MS);
    await end(way);
    const tookMs = await rightAt(away);
    expect(tookMs).toBeLessThan(FOLLOWED_WITHIN_MS);
    expect(await scene.wrongOnes(held, '1.1')).toEqual([]);
    tellOutcome(`follower: a node of the edge ${fault} during a release`, {
      rightAfterItsReturnSeconds: Number(((tookMs ?? 0) / 1000).toFixed(1)),
    });
  },
);

test('a node that is away during a change of followers gets the purges of both', async () => {
  const { way, settings } = await breakableWayForTest(scene);
  const [near] = scene.edges;
  const before = await followHere(scene, { settings });
  const [one = '', other = ''] = scene.take(2);
  await scene.hold([one, other]);
  way.set({ way: 'reset' });
  scene.publish([one]);
  await near?.untilSays(versionPath(one), '1.1', FOLLOWED_WITHIN_MS);
  await before.stop();
  scene.publish([other]);
  await followHere(scene, { settings });
  await near?.untilSays(versionPath(other), '1.1', FOLLOWED_WITHIN_MS);
  const [, away] = scene.edges;
  const badges = await away?.readAll([one, other].map(versionPath));
  // The very copies that it would keep for a day.
  expect(badges?.map(({ text }) => text.includes(': 1.0"'))).toEqual([true, true]);
  way.set({ way: 'open' });
  expect(await scene.wrongOnes([one, other], '1.1')).toEqual([]);
});

test('behind one name, nodes come and go under a stream of releases: each that is there says them all', async () => {
  const { varnishes, edge, mean } = await startNamedEdges(3, scene.nodeUrl);
  const readers = varnishes.map(({ url }) => createEdgeReader(url));
  onTestFinished(async () => void (await Promise.all(readers.map((reader) => reader.close()))));
  mean(varnishes.slice(0, 2));
  await followHere(scene, { edge });
  const released: string[] = [];
  // One comes, one goes, and the one that has gone comes back with its old copies.
  for (const present of [
    [0, 1],
    [0, 1, 2],
    [1, 2],
    [0, 1, 2],
  ]) {
    const held = scene.take(3);
    await scene.hold(held);
    await Promise.all(readers.map((reader) => reader.readAllOk(held.map(versionPath))));
    mean(varnishes.filter((_, at) => present.includes(at)));
    scene.publish(held);
    released.push(...held);
    const waits = readers
      .filter((_, at) => present.includes(at))
      .flatMap((reader) =>
        released.map((each) => reader.untilSays(versionPath(each), '1.1', FOLLOWED_WITHIN_MS)),
      );
    expect(await Promise.all(waits)).not.toContain(Infinity);
  }
});
