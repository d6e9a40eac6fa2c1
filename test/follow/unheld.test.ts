import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { tellOutcome } from '../support/load/outcomes.ts';
import { versionPath } from './support/edge-reader.ts';
import { followHere } from './support/followers.ts';
import { FOLLOWED_WITHIN_MS, type Scene, startScene, TEST_MS } from './support/scene.ts';

/*
 * The follower has not been told that something is held, or what was kept of it is lost.
 */

vi.setConfig({ testTimeout: TEST_MS });

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
beforeEach(() => scene.reset());
afterAll(() => scene.close());

test('a project that was asked for before it was there is shown soon after it is', async () => {
  const { standIn } = scene;
  await followHere(scene);
  // PyPI's CDN keeps a 404, which nothing purges.
  standIn.lag({ absentMs: 4_000 });
  const name = 'new-one';
  const asked = await Promise.all(scene.edges.map((edge) => edge.read(versionPath(name))));
  expect(asked.map(({ verdict }) => verdict)).toEqual(['not-found', 'not-found']);
  await scene.untilMissed([name]);
  standIn.update({ name, shows: 'a project that is new', releases: ['1.0'] });
  const publishedAtMs = performance.now();
  expect(await scene.wrongOnes([name], '1.0')).toEqual([]);
  tellOutcome('follower: a project that was asked for before it was there', {
    rightAfterSeconds: Math.round((performance.now() - publishedAtMs) / 1000),
  });
});

test('a project whose first reader comes after its release, and gets the old page: right soon after', async () => {
  const { standIn } = scene;
  await followHere(scene);
  const [project = ''] = scene.take(1);
  // Others ask PyPI for it: its CDN has the page.
  await (await fetch(`${standIn.url}/pypi/${project}/json`)).arrayBuffer();
  standIn.lag({ pageMs: 2_000 });
  scene.publish([project]);
  const before = standIn.requests.length;
  const polls = (): number => standIn.requests.length - before;
  await expect.poll(polls, { timeout: FOLLOWED_WITHIN_MS }).toBeGreaterThan(5);
  const badges = await Promise.all(scene.edges.map((edge) => edge.read(versionPath(project))));
  expect(badges.map(({ text }) => text.includes(': 1.0"'))).toEqual([true, true]);
  expect(await scene.wrongOnes([project], '1.1')).toEqual([]);
});

test('projects that are first asked for while the store fails: it is told of them afterwards', async () => {
  const { redis, edges } = scene;
  await followHere(scene);
  const some = scene.take(3);
  redis.freeze();
  await Promise.all(edges.map((edge) => edge.readAll(some.map(versionPath))));
  // Once a second the node tells of what was asked for.
  await delay(1_500);
  redis.thaw();
  await scene.untilHeld(some);
  scene.publish(some);
  expect(await scene.wrongOnes(some, '1.1')).toEqual([]);
});

test('the store has lost the facts of a project, and PyPI shows the old page at first: that is not taken for the release', async () => {
  const { standIn } = scene;
  await followHere(scene);
  const held = scene.take(3);
  await scene.hold(held);
  await scene.forget(held);
  standIn.lag({ pageMs: 1_000 });
  scene.publish(held);
  expect(await scene.wrongOnes(held, '1.1')).toEqual([]);
});

test('the store has lost everything: what the edge has is fetched anew, and what comes is followed', async () => {
  await followHere(scene);
  const held = scene.take(3);
  await scene.hold(held);
  await scene.emptyStore();
  scene.publish(held);
  expect(await scene.wrongOnes(held, '1.1')).toEqual([]);
});
