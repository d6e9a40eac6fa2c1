import { beforeEach, describe, expect, test } from 'vitest';
import type { Found } from '../../../cache/facts/contract.ts';
import type { Store } from '../../../cache/store/contract.ts';
import type { DownloadFacts } from '../../../src/facts/schema.ts';
import { createDailyDownloads, type DailyDownloads } from '../../../src/follow/daily-downloads.ts';
import { FOLLOW_KEYS } from '../../../src/follow/keys.ts';
import { DAY, MINUTE, SECOND } from '../cache/facts/harness.ts';
import { createClock, makeFlaky, openStore, rankAll, type TestClock } from './harness.ts';

const IDLE_MS = MINUTE;
const value: DownloadFacts = { lastDay: 1, lastWeek: 7, lastMonth: 30 };
const kept = { state: 'fresh', value, dueAtMs: Infinity } as const;
const loadOf = (day: number): number => Date.UTC(2026, 10, day, 2, 30);
const LOAD = loadOf(5);

let clock: TestClock;
let store: Store;
/** What is kept: the moment each was fetched. */
let fetched: Map<string, number>;
let got: string[];
let refreshed: string[];

beforeEach(() => {
  clock = createClock(LOAD + MINUTE);
  store = openStore(clock.read);
  fetched = new Map();
  got = [];
  refreshed = [];
});

type Downloads = Parameters<typeof createDailyDownloads>[0]['downloads'];

const found = (of: Found<DownloadFacts>): Promise<Found<DownloadFacts>> => Promise.resolve(of);

const downloads: Downloads = {
  get(id) {
    got.push(id);
    const fetchedAtMs = fetched.get(id);
    return fetchedAtMs === undefined
      ? found({ state: 'unavailable', reason: 'nothing is kept' })
      : found({ ...kept, fetchedAtMs, tier: 'sqlite' });
  },
  refresh(id) {
    refreshed.push(id);
    fetched.set(id, clock.nowMs);
    return Promise.resolve({
      before: undefined,
      after: undefined,
      isAbsent: false,
      isShared: true,
    });
  },
};

interface Given {
  doneAtMs?: number | undefined;
  perMinute?: number;
  over?: Store;
  asks?: Partial<Downloads>;
}

function dailyOf({
  doneAtMs,
  perMinute = 20,
  over = store,
  asks = {},
}: Given = {}): DailyDownloads {
  const parts = { downloads: { ...downloads, ...asks }, perMinute, doneAtMs, clock: clock.read };
  return createDailyDownloads({ store: over, ...parts });
}

/** Steps until there is nothing to do, with the rests that the steps say. */
async function run(daily: DailyDownloads): Promise<void> {
  for (let restMs = 0; restMs !== IDLE_MS; clock.nowMs += restMs) restMs = await daily.step();
}

async function demand(counts: Readonly<Record<string, number>>): Promise<void> {
  await rankAll(store, FOLLOW_KEYS.downloads, counts);
}

describe('the day begins with pypistats.org’s daily load', () => {
  test.each([
    { at: '02:29:59.999', nowMs: LOAD - 1, asked: [] },
    { at: '02:30', nowMs: LOAD, asked: ['a'] },
  ])('at $at, $asked is refreshed', async ({ nowMs, asked }) => {
    await demand({ a: 1 });
    fetched.set('a', loadOf(4) + MINUTE);
    clock.nowMs = nowMs;
    await run(dailyOf({ doneAtMs: loadOf(4) }));
    expect(refreshed).toEqual(asked);
  });

  test('each load is followed once, across leaders', async () => {
    await demand({ a: 1 });
    fetched.set('a', LOAD - 1);
    const daily = dailyOf();
    await run(daily);
    expect(daily.doneAtMs()).toBe(LOAD);
    await run(daily);
    await run(dailyOf({ doneAtMs: daily.doneAtMs() }));
    expect(refreshed).toEqual(['a']);
    clock.nowMs = LOAD + DAY;
    await run(daily);
    expect(refreshed).toEqual(['a', 'a']);
    expect(daily.doneAtMs()).toBe(LOAD + DAY);
  });

  test('projects left over from the previous load are dropped', async () => {
    await demand({ a: 3, b: 2, c: 1 });
    for (const name of ['a', 'b', 'c']) fetched.set(name, LOAD - DAY);
    const daily = dailyOf();
    await daily.step();
    clock.nowMs = LOAD + DAY;
    await run(daily);
    expect(refreshed).toEqual(['a', 'a', 'b', 'c']);
  });

  test('a load is not done while the store fails', async () => {
    await demand({ a: 1 });
    fetched.set('a', LOAD - 1);
    const flaky = makeFlaky(store);
    const daily = dailyOf({ over: flaky.store });
    flaky.fails();
    await run(daily);
    expect(daily.doneAtMs()).toBeUndefined();
    flaky.recovers();
    await run(daily);
    expect(refreshed).toEqual(['a']);
  });
});

test('refreshes the most popular first, and skips records newer than the load', async () => {
  await demand({ seldom: 1, often: 50, sometimes: 9, fresh: 20 });
  for (const name of ['seldom', 'often', 'sometimes']) fetched.set(name, LOAD - 1);
  fetched.set('fresh', LOAD);
  await run(dailyOf());
  expect(got).toEqual(['often', 'fresh', 'sometimes', 'seldom']);
  expect(refreshed).toEqual(['often', 'sometimes', 'seldom']);
});

describe('spends at most half of the budget', () => {
  const names = Array.from({ length: 200 }, (_, at) => `project-${at}`);
  const dueAlready: Downloads['get'] = () =>
    found({ ...kept, fetchedAtMs: clock.nowMs, tier: 'upstream' });
  const isGone: Downloads['get'] = () =>
    found({ state: 'absent', fetchedAtMs: clock.nowMs, tier: 'upstream' });

  test.each<[string, number, Partial<Downloads>, boolean]>([
    ['what is kept and old', 20, {}, true],
    ['what is kept and old', 3, {}, true],
    ['what was due, so that looking at it has asked', 20, { get: dueAlready }, true],
    ['what is gone', 20, { get: isGone }, true],
    ['what is not kept', 20, {}, false],
  ])('by %s, of %d a minute', async (_, perMinute, asks, isKept) => {
    await demand(Object.fromEntries(names.map((name) => [name, 1])));
    if (isKept) for (const name of names) fetched.set(name, LOAD - 1);
    const daily = dailyOf({ perMinute, asks });
    const untilMs = clock.nowMs + 10 * MINUTE;
    let steps = 0;
    for (; clock.nowMs < untilMs; steps += 1) clock.nowMs += await daily.step();
    const allowed = 10 * perMinute * (1 / 2);
    expect(steps).toBeGreaterThanOrEqual(Math.floor(allowed));
    expect(steps).toBeLessThanOrEqual(allowed + 1);
  });
});

test('every step is followed by a wait', async () => {
  await demand({ old: 2, fresh: 1 });
  fetched.set('old', LOAD - 1).set('fresh', LOAD);
  const daily = dailyOf();
  const rests = [await daily.step(), await daily.step(), await daily.step(), await daily.step()];
  expect(rests).toEqual([6 * SECOND, 10, IDLE_MS, IDLE_MS]);
});
