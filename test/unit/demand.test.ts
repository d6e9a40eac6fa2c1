import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Store } from '../../cache/store.ts';
import { createDemand, type Demand } from '../../src/demand.ts';
import { FOLLOW_KEYS } from '../../src/follow/keys.ts';
import { DAY, MINUTE, NOW, pass, SECOND } from './cache/facts-harness.ts';
import { makeFlaky, openStore } from './follow/harness.ts';

const MAX_NOTED = 10_000;
const MAX_PROJECTS = 2_000;
const PROJECTS_A_FLUSH = 200;
const URLS_A_PROJECT = 16;

let opened: Store;
let store: Store;
/** What the store was told, in order. */
let told: { key: string; scores: Map<string, number> }[];
/** How long the store takes. */
let slowMs: number;
/** How much it was told at once. */
let mostAtOnce: number;
let demand: Demand;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  opened = openStore(() => Date.now());
  told = [];
  slowMs = 0;
  mostAtOnce = 0;
  let atOnce = 0;
  store = {
    ...opened,
    rank: async (key, scores, options) => {
      told.push({ key, scores: new Map(scores) });
      mostAtOnce = Math.max(mostAtOnce, (atOnce += 1));
      if (slowMs > 0) await new Promise((resolve) => setTimeout(resolve, slowMs));
      await opened.rank(key, scores, options);
      atOnce -= 1;
    },
  };
  demand = createDemand(store);
});
afterEach(async () => {
  await demand.close();
  vi.useRealTimers();
});

const urlOf = (project: string, more = ''): string => `/version/${project}/badge.svg${more}`;

function ask(project: string, of: 'facts' | 'downloads' | 'missing' = 'facts', more = ''): void {
  demand.note({ project, url: urlOf(project, more), of });
}

async function urlsOf(project: string): Promise<string[]> {
  return (await opened.ranked(FOLLOW_KEYS.urlsOf(project), 0, 100)) ?? [];
}

describe('what is asked for', () => {
  test.each([
    { of: 'facts', held: ['a'], missing: [], downloads: [], urls: [urlOf('a')] },
    { of: 'downloads', held: ['a'], missing: [], downloads: ['a'], urls: [] },
    { of: 'missing', held: [], missing: ['a'], downloads: [], urls: [] },
  ] as const)(
    'as $of is told as held $held, missing $missing, downloads $downloads, by $urls',
    async (as) => {
      ask('a', as.of);
      await pass(SECOND);
      expect(await opened.ranked(FOLLOW_KEYS.held, 0, 10)).toEqual(as.held);
      expect(await opened.ranked(FOLLOW_KEYS.missing, 0, 10)).toEqual(as.missing);
      expect(await opened.ranked(FOLLOW_KEYS.downloads, 0, 10)).toEqual(as.downloads);
      expect(await urlsOf('a')).toEqual(as.urls);
    },
  );

  test('is told once a second, all of it together, and nothing where nobody asks', async () => {
    for (let at = 0; at < 500; at += 1) ask(`project-${at % 3}`, 'downloads');
    expect(told).toEqual([]);
    await pass(SECOND);
    expect(told.map(({ key, scores }) => [key, scores.size])).toEqual([
      [FOLLOW_KEYS.held, 3],
      [FOLLOW_KEYS.downloads, 3],
    ]);
    await pass(10 * SECOND);
    expect(told).toHaveLength(2);
  });

  test('is ranked by when it was asked for last', async () => {
    ask('a');
    await pass(SECOND);
    ask('b');
    await pass(SECOND);
    ask('a');
    await pass(SECOND);
    expect(await opened.ranked(FOLLOW_KEYS.held, 0, 10)).toEqual(['a', 'b']);
    expect(await opened.ranked(FOLLOW_KEYS.held, NOW + 2 * SECOND, 10)).toEqual(['a']);
  });

  test('as downloads is ranked by how often', async () => {
    for (const [project, times] of [
      ['seldom', 1],
      ['often', 9],
      ['sometimes', 4],
    ] as const)
      for (let at = 0; at < times; at += 1) {
        ask(project, 'downloads');
        if (at % 2 === 0) await pass(SECOND);
      }
    await pass(SECOND);
    expect(await opened.ranked(FOLLOW_KEYS.downloads, 0, 10)).toEqual([
      'often',
      'sometimes',
      'seldom',
    ]);
  });

  test('as downloads counts less and less: what everybody wanted once makes way', async () => {
    for (let at = 0; at < 100; at += 1) ask('once', 'downloads');
    await pass(SECOND);
    for (let round = 0; round < 10; round += 1) {
      vi.setSystemTime(Date.now() + 6 * DAY);
      for (const project of ['once', 'lately', 'lately']) ask(project, 'downloads');
      await pass(SECOND);
    }
    expect(await opened.ranked(FOLLOW_KEYS.downloads, 0, 10)).toEqual(['lately', 'once']);
  });

  test('is told on close, and nothing is after that', async () => {
    ask('a');
    await demand.close();
    expect(await opened.ranked(FOLLOW_KEYS.held, 0, 10)).toEqual(['a']);
    expect(vi.getTimerCount()).toBe(0);
    await demand.close();
  });

  test('while the store is slow is told on close as well, after what is being told', async () => {
    slowMs = 5 * SECOND;
    ask('a');
    await pass(SECOND);
    ask('b');
    const closing = demand.close();
    await pass(60 * SECOND);
    await closing;
    expect((await opened.ranked(FOLLOW_KEYS.held, 0, 10))?.toSorted()).toEqual(['a', 'b']);
    expect(mostAtOnce).toBe(1);
  });
});

describe('a URL', () => {
  test('is told once in five minutes', async () => {
    const times = async (): Promise<number> => {
      ask('a');
      await pass(SECOND);
      return told.filter(({ key }) => key === FOLLOW_KEYS.urlsOf('a')).length;
    };
    expect(await times()).toBe(1);
    expect(await times()).toBe(1);
    await pass(5 * MINUTE - 3 * SECOND);
    expect(await times()).toBe(1);
    await pass(SECOND);
    expect(await times()).toBe(2);
  });

  test('that is very long is not told', async () => {
    ask('a', 'facts', `?label=${'x'.repeat(512)}`);
    await pass(SECOND);
    expect(await urlsOf('a')).toEqual([]);
    expect(await opened.ranked(FOLLOW_KEYS.held, 0, 10)).toEqual(['a']);
  });

  test('of one project is told with a few others only, however many are asked for', async () => {
    for (let at = 0; at < 5_000; at += 1) ask('a', 'facts', `?label=${at}`);
    await pass(SECOND);
    expect(await urlsOf('a')).toHaveLength(URLS_A_PROJECT);
    expect(told.find(({ key }) => key === FOLLOW_KEYS.urlsOf('a'))?.scores.size).toBe(
      URLS_A_PROJECT,
    );
  });
});

describe('bounds', () => {
  test.each(['held', 'missing', 'downloads'] as const)(
    'of %s, as many as there is room for are told, and counted on',
    async (name) => {
      const of = name === 'held' ? 'facts' : name;
      for (let at = 0; at < MAX_NOTED + 100; at += 1) ask(`project-${at}`, of);
      ask('project-0', of);
      await pass(SECOND);
      const first = told.find(({ key }) => key === FOLLOW_KEYS[name]);
      expect(first?.scores.size).toBe(MAX_NOTED);
      // There is room again.
      ask('another', of);
      await pass(SECOND);
      expect(await opened.rankedOf(FOLLOW_KEYS[name], ['another'])).toEqual(['another']);
    },
  );

  test('URLs of many projects are told in parts, those that find no room another time', async () => {
    const toldUrls = (): number => told.filter(({ key }) => key.includes(':urls:')).length;
    for (let at = 0; at < MAX_PROJECTS + 100; at += 1) ask(`project-${at}`);
    await pass(SECOND);
    expect(toldUrls()).toBe(PROJECTS_A_FLUSH);
    await pass((MAX_PROJECTS / PROJECTS_A_FLUSH) * SECOND);
    expect(toldUrls()).toBe(MAX_PROJECTS);
    ask(`project-${MAX_PROJECTS}`);
    await pass(SECOND);
    expect(toldUrls()).toBe(MAX_PROJECTS + 1);
  });

  test('a slow store is never told of two things at once', async () => {
    slowMs = 10 * SECOND;
    for (let second = 0; second < 30; second += 1) {
      ask(`project-${second}`);
      await pass(SECOND);
    }
    expect(mostAtOnce).toBe(1);
    slowMs = 0;
    await pass(20 * SECOND);
    expect(await opened.ranked(FOLLOW_KEYS.held, 0, 100)).toHaveLength(30);
  });
});

test('a store that fails is told afterwards of what was asked for meanwhile', async () => {
  const flaky = makeFlaky(opened);
  const over = createDemand(flaky.store);
  flaky.fails();
  over.note({ project: 'waits', url: urlOf('waits'), of: 'facts' });
  await pass(SECOND);
  flaky.recovers();
  over.note({ project: 'heard', url: urlOf('heard'), of: 'facts' });
  await over.close();
  expect(await opened.ranked(FOLLOW_KEYS.held, 0, 10)).toEqual(['heard', 'waits']);
});
