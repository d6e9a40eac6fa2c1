import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Store } from '../../../cache/store/contract.ts';
import { createPopularity, type Popularity } from '../../../src/follow/popularity.ts';
import { FOLLOW_KEYS } from '../../../src/follow/keys.ts';
import { DAY, MINUTE, NOW, pass, SECOND } from '../cache/facts/harness.ts';
import { makeFlaky, openStore } from './harness.ts';

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
let popularity: Popularity;

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
  popularity = createPopularity(store);
});
afterEach(async () => {
  await popularity.close();
  vi.useRealTimers();
});

const urlOf = (project: string, more = ''): string => `/version/${project}/badge.svg${more}`;

function ask(project: string, of: 'facts' | 'downloads' | 'missing' = 'facts', more = ''): void {
  popularity.note({ project, url: urlOf(project, more), of });
}

async function urlsOf(project: string): Promise<string[]> {
  return (await opened.ranked(FOLLOW_KEYS.urlsOf(project), 0, 100)) ?? [];
}

describe('requested projects', () => {
  test.each([
    { of: 'facts', held: ['a'], missing: [], downloads: [], urls: [urlOf('a')] },
    { of: 'downloads', held: ['a'], missing: [], downloads: ['a'], urls: [] },
    { of: 'missing', held: [], missing: ['a'], downloads: [], urls: [] },
  ] as const)(
    'a request for $of counts as held $held, missing $missing, downloads $downloads, urls $urls',
    async (as) => {
      ask('a', as.of);
      await pass(SECOND);
      expect(await opened.ranked(FOLLOW_KEYS.held, 0, 10)).toEqual(as.held);
      expect(await opened.ranked(FOLLOW_KEYS.missing, 0, 10)).toEqual(as.missing);
      expect(await opened.ranked(FOLLOW_KEYS.downloads, 0, 10)).toEqual(as.downloads);
      expect(await urlsOf('a')).toEqual(as.urls);
    },
  );

  test('are written once a second, together, and not without requests', async () => {
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

  test('are ranked by their last request', async () => {
    ask('a');
    await pass(SECOND);
    ask('b');
    await pass(SECOND);
    ask('a');
    await pass(SECOND);
    expect(await opened.ranked(FOLLOW_KEYS.held, 0, 10)).toEqual(['a', 'b']);
    expect(await opened.ranked(FOLLOW_KEYS.held, NOW + 2 * SECOND, 10)).toEqual(['a']);
  });

  test('of downloads are ranked by their number of requests', async () => {
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

  test('of downloads lose weight with time: formerly popular ones make room', async () => {
    for (let at = 0; at < 100; at += 1) ask('once', 'downloads');
    await pass(SECOND);
    for (let round = 0; round < 10; round += 1) {
      vi.setSystemTime(Date.now() + 6 * DAY);
      for (const project of ['once', 'lately', 'lately']) ask(project, 'downloads');
      await pass(SECOND);
    }
    expect(await opened.ranked(FOLLOW_KEYS.downloads, 0, 10)).toEqual(['lately', 'once']);
  });

  test('are written on close, and nothing after that', async () => {
    ask('a');
    await popularity.close();
    expect(await opened.ranked(FOLLOW_KEYS.held, 0, 10)).toEqual(['a']);
    expect(vi.getTimerCount()).toBe(0);
    await popularity.close();
  });

  test('are written on close after a slow write', async () => {
    slowMs = 5 * SECOND;
    ask('a');
    await pass(SECOND);
    ask('b');
    const closing = popularity.close();
    await pass(60 * SECOND);
    await closing;
    expect((await opened.ranked(FOLLOW_KEYS.held, 0, 10))?.toSorted()).toEqual(['a', 'b']);
    expect(mostAtOnce).toBe(1);
  });
});

describe('a URL', () => {
  test('counts once in five minutes', async () => {
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

  test('that is very long does not count', async () => {
    ask('a', 'facts', `?label=${'x'.repeat(512)}`);
    await pass(SECOND);
    expect(await urlsOf('a')).toEqual([]);
    expect(await opened.ranked(FOLLOW_KEYS.held, 0, 10)).toEqual(['a']);
  });

  test('counts among the first few of its project, however many are requested', async () => {
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
    'of %s, as many as there is room for are written, and counted further',
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

  test('URLs of many projects are written in parts, those beyond the limit when requested again', async () => {
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

  test('a slow store gets one write at a time', async () => {
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

test('requests during a failure of the store are written afterwards', async () => {
  const flaky = makeFlaky(opened);
  const over = createPopularity(flaky.store);
  flaky.fails();
  over.note({ project: 'waits', url: urlOf('waits'), of: 'facts' });
  await pass(SECOND);
  flaky.recovers();
  over.note({ project: 'heard', url: urlOf('heard'), of: 'facts' });
  await over.close();
  expect(await opened.ranked(FOLLOW_KEYS.held, 0, 10)).toEqual(['heard', 'waits']);
});
