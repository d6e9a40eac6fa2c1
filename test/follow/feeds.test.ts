import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Mode } from '../../sample/faults/rules.ts';
import { CACHE_LENGTHS } from '../../src/http/headers.ts';
import { tellOutcome } from '../support/load/outcomes.ts';
import { versionPath } from './support/edge-reader.ts';
import { fastClock, followHere } from './support/followers.ts';
import { FOLLOWED_WITHIN_MS, type Scene, startScene, TEST_MS } from './support/scene.ts';

const PATIENCE = { timeout: FOLLOWED_WITHIN_MS };

vi.setConfig({ testTimeout: TEST_MS });

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
beforeEach(() => scene.reset());
afterAll(() => scene.close());

/* Each fault of a feed, one by one, is a test of `test/integration/follow/feeds`. */
const MODES: Mode[] = ['503', 'wrong-serial', 'hang'];

test.each(MODES)(
  'a feed that fails with %s: what is released meanwhile is followed afterwards',
  async (mode) => {
    const { standIn } = scene;
    await followHere(scene);
    const held = scene.take(3);
    await scene.hold(held);
    standIn.misbehave({ mode, api: 'rss' });
    scene.publish(held);
    const before = standIn.requests.length;
    await expect.poll(() => standIn.requests.length - before, PATIENCE).toBeGreaterThan(0);
    standIn.behave();
    expect(await scene.wrongOnes(held, '1.1')).toEqual([]);
  },
);

test('more releases than the feed remembers: all that is held is refreshed, and meanwhile nothing is kept for a day', async () => {
  const { standIn } = scene;
  const { followed, facts } = CACHE_LENGTHS;
  // The minutes in which PyPI's CDN may show old pages are then seconds.
  await followHere(scene, { clock: fastClock(20), hasLease: true });
  const held = scene.take(40);
  await scene.hold(held);
  const edgeSecondsOf = async (label: string): Promise<number> =>
    (await scene.node.read(`${versionPath(held[0] ?? '')}?label=${label}`)).edgeSeconds;
  const edgeSeconds = (label: string) => expect.poll(() => edgeSecondsOf(label), PATIENCE);
  await edgeSeconds('before').toBe(followed.edgeSeconds);

  standIn.lag({ pageMs: 2_000 });
  const before = standIn.requests.length;
  scene.publish([...held, ...scene.take(110)]);
  const [wrong] = await Promise.all([
    scene.wrongOnes(held, '1.1'),
    edgeSeconds('meanwhile').toBe(facts.edgeSeconds),
  ]);
  expect(wrong).toEqual([]);
  await edgeSeconds('after').toBe(followed.edgeSeconds);
  const questions = standIn.requests.slice(before);
  const pages = questions.filter(({ path }) => path.endsWith('/json')).length;
  expect(pages).toBeLessThanOrEqual(4 * held.length);
  tellOutcome('follower: more releases than the feed remembers', { held: held.length, pages });
});
