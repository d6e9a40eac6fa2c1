import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import type { Store } from '../../../cache/store.ts';
import { createGapMender, type GapMender } from '../../../src/follow/gap.ts';
import { FOLLOW_KEYS } from '../../../src/follow/keys.ts';
import { DAY, NOW, SECOND } from '../cache/facts-harness.ts';
import { makeFlaky, openStore, rankAll } from './harness.ts';

const STEPS = 600;
const LEAST_A_STEP = 5;
const AT_ONCE = 16;

/** What a mender did: what it made due, and what it purged with each step. */
interface Mending {
  readonly gap: GapMender;
  readonly expired: string[];
  readonly purges: string[][];
  mostAtOnce: number;
}

let store: Store;
beforeEach(() => {
  store = openStore();
});

function createMending(gapAtMs?: number, over: Store = store): Mending {
  const expired: string[] = [];
  const purges: string[][] = [];
  let atOnce = 0;
  const expire = async (id: string): Promise<boolean> => {
    atOnce += 1;
    mending.mostAtOnce = Math.max(mending.mostAtOnce, atOnce);
    await nextTurn();
    atOnce -= 1;
    return expired.push(id) > 0;
  };
  const purge = (projects: readonly string[]): Promise<void> => {
    // Nothing is purged that would be fetched as it was.
    expect(expired).toEqual(expect.arrayContaining([...projects]));
    purges.push([...projects]);
    return Promise.resolve();
  };
  const gap = createGapMender({ store: over, projects: { expire }, purge, gapAtMs });
  const mending: Mending = { gap, expired, purges, mostAtOnce: 0 };
  return mending;
}

/** Steps until the gap is mended; how many that took. */
async function stepsOf({ gap }: Mending): Promise<number> {
  let steps = 0;
  for (; gap.atMs() !== undefined && steps <= 2 * STEPS; steps += 1) await gap.step();
  return steps;
}

/** The newest is `project-0`. */
async function hold(count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, at) => `project-${at}`);
  await rankAll(
    store,
    FOLLOW_KEYS.held,
    Object.fromEntries(names.map((name, at) => [name, NOW - at])),
  );
  return names;
}

test.each([
  { held: 0, steps: 1, aStep: 0 },
  { held: 12, steps: 3, aStep: LEAST_A_STEP },
  { held: STEPS * LEAST_A_STEP, steps: STEPS, aStep: LEAST_A_STEP },
  { held: STEPS * LEAST_A_STEP + 1, steps: 501, aStep: 6 },
])('$held that are held are made due and purged, newest first, in $steps steps', async (of) => {
  const names = await hold(of.held);
  const mending = createMending();
  mending.gap.open(NOW);
  expect(await stepsOf(mending)).toBe(of.steps);
  expect(mending.purges.flat()).toEqual(names);
  expect(mending.expired.toSorted()).toEqual(names.toSorted());
  expect(mending.purges[0]).toHaveLength(of.aStep);
});

test('what was asked for last in the day before the gap counts, and nothing older', async () => {
  const scores = { old: NOW - DAY - SECOND, edge: NOW - DAY + SECOND, later: NOW + SECOND };
  await rankAll(store, FOLLOW_KEYS.held, scores);
  const mending = createMending();
  mending.gap.open(NOW);
  await stepsOf(mending);
  expect(mending.expired.toSorted()).toEqual(['edge', 'later']);
});

test('the next leader mends what the one before it had begun to', async () => {
  const names = await hold(2 * LEAST_A_STEP);
  const first = createMending();
  first.gap.open(NOW);
  await first.gap.step();
  const next = createMending(first.gap.atMs());
  await stepsOf(next);
  expect(next.purges.flat()).toEqual(names);
});

test.each([
  ['between two steps', async ({ gap }: Mending) => gap.open(NOW + SECOND)],
  [
    'during a step',
    async ({ gap }: Mending) => {
      const step = gap.step();
      gap.open(NOW + SECOND);
      await step;
    },
  ],
])(
  'a gap that is found %s, while another is mended, is mended after it: nothing waits for ever',
  async (_, openAnother) => {
    const names = await hold(4 * LEAST_A_STEP);
    const mending = createMending();
    mending.gap.open(NOW);
    await mending.gap.step();
    await openAnother(mending);
    await stepsOf(mending);
    expect(mending.purges.flat()).toEqual([...names, ...names]);
  },
);

test('while the store fails, the gap stays', async () => {
  const names = await hold(3);
  const flaky = makeFlaky(store);
  const mending = createMending(NOW, flaky.store);
  flaky.fails();
  await mending.gap.step();
  expect(mending.gap.atMs()).toBe(NOW);
  flaky.recovers();
  await mending.gap.step();
  expect(mending.purges.flat()).toEqual(names);
  expect(mending.gap.atMs()).toBeUndefined();
});

test('many are made due, but few at once', async () => {
  await hold(STEPS * 2 * AT_ONCE);
  const mending = createMending(NOW);
  await mending.gap.step();
  expect(mending.expired).toHaveLength(2 * AT_ONCE);
  expect(mending.mostAtOnce).toBe(AT_ONCE);
});
