import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { followHere } from './support/followers.ts';
import { type Scene, startScene, TEST_MS } from './support/scene.ts';

vi.setConfig({ testTimeout: TEST_MS });

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
beforeEach(() => scene.reset());
afterAll(() => scene.close());

test('tells what the feed of releases does not: yanks, that they are taken back, and removals', async () => {
  const { standIn } = scene;
  await followHere(scene, { feed: 'changelog' });
  const held = scene.take(3);
  await scene.hold(held);
  for (const project of held) standIn.yank(project, '1.0');
  expect(await scene.wrongOnes(held, '1.0 (yanked)')).toEqual([]);
  for (const project of held) standIn.unyank(project, '1.0');
  expect(await scene.wrongOnes(held, '1.0')).toEqual([]);
  for (const project of held) standIn.remove(project);
  expect(await scene.wrongOnes(held, 'not found')).toEqual([]);
});

test('the follower continues after serials that go back, and badges are right', async () => {
  const { standIn } = scene;
  await followHere(scene, { feed: 'changelog' });
  const [one = '', other = '', last = ''] = scene.take(3);
  await scene.hold([one, other, last]);
  scene.publish([one]);
  expect(await scene.wrongOnes([one], '1.1')).toEqual([]);
  standIn.rewind(30);
  scene.publish([other]);
  expect(await scene.wrongOnes([other], '1.1')).toEqual([]);
  scene.publish([last]);
  expect(await scene.wrongOnes([one, last], '1.1')).toEqual([]);
});
