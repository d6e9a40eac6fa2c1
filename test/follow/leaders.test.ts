import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { CACHE_LENGTHS } from '../../src/http/headers.ts';
import { tellOutcome } from '../support/load/outcomes.ts';
import { breakableWayForTest } from './support/breakable-way.ts';
import { versionPath } from './support/edge-reader.ts';
import { followApart, untilFollowing } from './support/followers.ts';
import { FOLLOWED_WITHIN_MS, type Scene, startScene, TEST_MS } from './support/scene.ts';

vi.setConfig({ testTimeout: TEST_MS });

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
beforeEach(() => scene.reset());
afterAll(() => scene.close());

test('kill -9 of the leader in the middle of a purge: the one that stands by ends it, and follows what came since', async () => {
  const { way, settings } = await breakableWayForTest(scene);
  const leader = await followApart(scene, settings);
  await untilFollowing(scene);
  await followApart(scene, settings);
  const [one = '', other = ''] = scene.take(2);
  await scene.hold([one, other]);

  way.set({ way: 'black-hole' });
  scene.publish([one]);
  const [near] = scene.edges;
  expect(await near?.untilSays(versionPath(one), '1.1', FOLLOWED_WITHIN_MS)).toBeLessThan(
    FOLLOWED_WITHIN_MS,
  );
  leader.kill('SIGKILL');
  way.set({ way: 'open' });
  const killedAtMs = performance.now();
  scene.publish([other]);
  expect(await scene.wrongOnes([one, other], '1.1')).toEqual([]);
  tellOutcome('follower: kill -9 of the leader in the middle of a purge', {
    allRightAfterSeconds: Math.round((performance.now() - killedAtMs) / 1000),
  });
});

test('no follower is left: the edge keeps nothing for a day any more, until there is one again, and it catches up', async () => {
  const { followed, facts } = CACHE_LENGTHS;
  const [one = ''] = scene.take(1);
  let asked = 0;
  const edgeSeconds = async () =>
    (await scene.node.read(`${versionPath(one)}?label=${(asked += 1)}`)).edgeSeconds;
  const becomes = (seconds: number) =>
    expect.poll(edgeSeconds, { timeout: 2 * FOLLOWED_WITHIN_MS, interval: 250 }).toBe(seconds);

  const follower = await followApart(scene);
  await untilFollowing(scene);
  await scene.hold([one]);
  await becomes(followed.edgeSeconds);
  follower.kill('SIGKILL');
  const killedAtMs = performance.now();
  await becomes(facts.edgeSeconds);
  tellOutcome('follower: none is left', {
    nothingForADayAfterSeconds: Math.round((performance.now() - killedAtMs) / 1000),
  });
  scene.publish([one]);
  await followApart(scene);
  expect(await scene.wrongOnes([one], '1.1')).toEqual([]);
  await becomes(followed.edgeSeconds);
});

/** Environment that shifts the clock of a Node process. */
function clockOff(offMs: number): Record<string, string> {
  const program = `const now = Date.now; Date.now = () => now() + ${offMs};`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program)}` };
}

test.each([
  { what: 'a minute ahead of', offMs: 60_000 },
  { what: 'a minute behind', offMs: -60_000 },
])(
  "a follower whose clock is $what the node's: what has just been read is followed all the same",
  async ({ offMs }) => {
    await followApart(scene, clockOff(offMs));
    await untilFollowing(scene);
    const held = scene.take(5);
    await scene.hold(held);
    scene.publish(held);
    expect(await scene.wrongOnes(held, '1.1')).toEqual([]);
  },
);

test('a leader whose clock is a minute ahead is killed: the next one does not wait for its time', async () => {
  const leader = await followApart(scene, clockOff(60_000));
  await untilFollowing(scene);
  const held = scene.take(5);
  await scene.hold(held);
  scene.standIn.misbehave({ mode: '503', api: 'pypi' });
  scene.publish(held);
  const before = scene.standIn.requests.length;
  const pages = (): number =>
    scene.standIn.requests.slice(before).filter(({ path }) => path.endsWith('/json')).length;
  await expect.poll(pages).toBeGreaterThan(3);
  leader.kill('SIGKILL');
  await scene.reset();
  await followApart(scene);
  expect(await scene.wrongOnes(held, '1.1')).toEqual([]);
});
