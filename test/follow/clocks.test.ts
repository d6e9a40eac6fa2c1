import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { followApart, untilFollowing } from './support/followers.ts';
import { type Scene, startScene } from './support/scene.ts';

const START_MS = 60_000;
const TEST_MS = 120_000;

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
}, START_MS);
beforeEach(() => scene.reset());
afterAll(() => scene.close(), START_MS);

/** What Node is told to have another time than this machine. */
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
  TEST_MS,
);

test(
  'a leader whose clock is a minute ahead is killed: the next one does not wait for its time',
  async () => {
    const leader = await followApart(scene, clockOff(60_000));
    await untilFollowing(scene);
    const held = scene.take(5);
    await scene.hold(held);
    scene.standIn.misbehave({ mode: '503', api: 'pypi' });
    scene.publish(held);
    const before = scene.standIn.requests.length;
    const pages = (): number =>
      scene.standIn.requests.slice(before).filter(({ path }) => path.endsWith('/json')).length;
    await expect.poll(pages, { timeout: 20_000 }).toBeGreaterThan(3);
    leader.kill('SIGKILL');
    await scene.reset();
    await followApart(scene);
    expect(await scene.wrongOnes(held, '1.1')).toEqual([]);
  },
  TEST_MS,
);
