import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import type { Store } from '../../../../cache/store/contract.ts';
import { EVERYTHING } from '../../../../src/edge/tags.ts';
import { createGapRepair, type GapRepair } from '../../../../src/follow/changes/gap.ts';
import { OLD_PAGES_MS } from '../../../../src/follow/changes/latecomers.ts';
import { isRankingComplete } from '../../../../src/follow/changes/requested.ts';
import { FOLLOW_KEYS } from '../../../../src/follow/keys.ts';
import { DAY, NOW, SECOND } from '../../cache/facts/harness.ts';
import { createClock, makeFlaky, openStore, rankAll, type TestClock } from '../harness.ts';

const AT_ONCE = 16;

interface TestRepair {
  readonly gap: GapRepair;
  /** Projects marked stale, and `*` for each purge of everything. */
  readonly done: string[];
  mostAtOnce: number;
}

let clock: TestClock;
let store: Store;
beforeEach(() => {
  clock = createClock();
  store = openStore();
});

function createTestRepair(gapAtMs?: number, over: Store = store): TestRepair {
  const done: string[] = [];
  let atOnce = 0;
  const expire = async (id: string): Promise<boolean> => {
    atOnce += 1;
    repair.mostAtOnce = Math.max(repair.mostAtOnce, atOnce);
    await delay(1);
    atOnce -= 1;
    return done.push(id) > 0;
  };
  const purge = async (projects: readonly string[]): Promise<void> => void done.push(...projects);
  const sources = { projects: { expire }, simple: { expire: async () => false } };
  const options = { store: over, sources, purge, gapAtMs, clock: clock.read };
  const repair: TestRepair = { gap: createGapRepair(options), done, mostAtOnce: 0 };
  return repair;
}

async function request(...projects: string[]): Promise<void> {
  await rankAll(store, FOLLOW_KEYS.held, Object.fromEntries(projects.map((name) => [name, NOW])));
}

test('marks requested projects stale and then purges everything, again when PyPI serves no old pages', async () => {
  await request('flask');
  const { gap, done } = createTestRepair();
  gap.open(NOW);
  await gap.step();
  expect(done).toEqual(['flask', EVERYTHING]);
  clock.nowMs += OLD_PAGES_MS - 1;
  await gap.step();
  expect(done).toHaveLength(2);
  expect(gap.atMs()).toBe(NOW);
  clock.nowMs += 1;
  await gap.step();
  expect(done).toEqual(['flask', EVERYTHING, 'flask', EVERYTHING]);
  expect(gap.atMs()).toBeUndefined();
});

test('marks the projects stale that were requested in the day before the gap, or since', async () => {
  const scores = { old: NOW - DAY - SECOND, edge: NOW - DAY + SECOND, later: NOW + SECOND };
  await rankAll(store, FOLLOW_KEYS.held, scores);
  const { gap, done } = createTestRepair(NOW);
  await gap.step();
  expect(done.toSorted()).toEqual([EVERYTHING, 'edge', 'later']);
});

test('has nothing to repair where no project was requested', async () => {
  await isRankingComplete(store);
  const { gap, done } = createTestRepair(NOW);
  await gap.step();
  expect(done).toEqual([]);
  expect(gap.atMs()).toBeUndefined();
});

test('the next leader repairs the gap that the previous one found', async () => {
  await request('flask');
  const first = createTestRepair();
  first.gap.open(NOW);
  const next = createTestRepair(first.gap.atMs());
  await next.gap.step();
  expect(next.done).toEqual(['flask', EVERYTHING]);
});

test('a gap found during the last repair is repaired after it', async () => {
  await request('flask');
  const { gap, done } = createTestRepair(NOW);
  clock.nowMs += OLD_PAGES_MS;
  const step = gap.step();
  gap.open(clock.nowMs);
  await step;
  expect(gap.atMs()).toBe(clock.nowMs);
  clock.nowMs += OLD_PAGES_MS;
  await gap.step();
  expect(done).toEqual(['flask', EVERYTHING, 'flask', EVERYTHING]);
  expect(gap.atMs()).toBeUndefined();
});

test('gaps found every second do not purge everything every second', async () => {
  await request('flask');
  const { gap, done } = createTestRepair();
  for (let seconds = 0; seconds < 60; seconds += 1) {
    gap.open(clock.nowMs);
    await gap.step();
    clock.nowMs += SECOND;
  }
  expect(done).toEqual(['flask', EVERYTHING]);
});

test('a gap stays while the store fails', async () => {
  await request('flask');
  const flaky = makeFlaky(store);
  const { gap, done } = createTestRepair(NOW, flaky.store);
  flaky.fails();
  await gap.step();
  expect(gap.atMs()).toBe(NOW);
  flaky.recovers();
  await gap.step();
  expect(done).toEqual(['flask', EVERYTHING]);
});

test('marks few projects stale at once', async () => {
  await request(...Array.from({ length: 3 * AT_ONCE }, (_, at) => `project-${at}`));
  const repair = createTestRepair(NOW);
  await repair.gap.step();
  expect(repair.done).toHaveLength(3 * AT_ONCE + 1);
  expect(repair.mostAtOnce).toBe(AT_ONCE);
});

test('without a gap, a step does nothing', async () => {
  await request('flask');
  const { gap, done } = createTestRepair();
  await gap.step();
  expect(done).toEqual([]);
});
