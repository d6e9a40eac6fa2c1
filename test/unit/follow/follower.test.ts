import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Loaded } from '../../../cache/facts/contract.ts';
import { createFacts } from '../../../cache/facts/facts.ts';
import type { Store } from '../../../cache/store/contract.ts';
import {
  type DownloadFacts,
  downloadFactsSchema,
  type ProjectFacts,
  projectFactsSchema,
  type SimpleFacts,
  simpleFactsSchema,
} from '../../../src/facts/schema.ts';
import type { Feed, FeedNews } from '../../../src/follow/feeds/feed.ts';
import { follow, type FollowerOptions } from '../../../src/follow/follower.ts';
import { createEdge } from '../../../src/edge/nodes.ts';
import { FOLLOW_KEYS } from '../../../src/follow/keys.ts';
import { readState } from '../../../src/follow/state/state.ts';
import { losing, MINUTE } from '../cache/facts/harness.ts';
import { type FlakyStore, createTestLog, makeFlaky, openStore, rankAll } from './harness.ts';
import { PURGE_KEY, type PurgeListener, startPurgeListener } from './purge-listener.ts';

const PATIENCE = { timeout: 60_000, interval: 20 };
const NEVER = Number.MAX_SAFE_INTEGER;

const page = projectFactsSchema.parse({
  version: '1.0',
  yanked: false,
  license: null,
  licenseExpression: null,
  classifiers: [],
  requiresPython: null,
  packageTypes: ['sdist'],
});

let kept: FlakyStore;
let store: Store;
let node: PurgeListener;
/** What PyPI says of each project. */
let pages: Map<string, Loaded<ProjectFacts>>;
let asked: string[];
/** What the feed says next. */
let news: Partial<FeedNews>[];
/** What the follower has counted. */
let counts: Map<string, number>;
/** The lines of the follower's log. */
let logged: ReturnType<typeof createTestLog>['lines'];
/** Of the follower's clock. */
let skewMs: number;

beforeEach(async () => {
  kept = makeFlaky(openStore());
  ({ store } = kept);
  node = await startPurgeListener();
  pages = new Map();
  asked = [];
  news = [];
  counts = new Map();
  skewMs = 0;
});

const feed: Feed = {
  name: 'rss',
  poll: (position = '0') => {
    const next = `${Number(position) + 1}`;
    return Promise.resolve({ changes: [], hasGap: false, position: next, ...news.shift() });
  },
};

function createTestSources(): FollowerOptions['sources'] {
  const options = {
    store,
    keyPrefix: 'pypins:1',
    keptSeconds: 3_600,
    memoryMaxBytes: 100_000,
  };
  const projects = createFacts<ProjectFacts>({
    ...options,
    source: {
      name: 'pypi',
      schema: projectFactsSchema,
      freshUntilMs: () => NEVER,
      load: (id) => Promise.resolve((asked.push(id), pages.get(id) ?? { state: 'absent' })),
    },
  });
  const simple = createFacts<SimpleFacts>({
    ...options,
    source: {
      name: 'simple',
      schema: simpleFactsSchema,
      freshUntilMs: () => NEVER,
      load: () => Promise.reject(new Error('is not asked')),
    },
  });
  const downloads = createFacts<DownloadFacts>({
    ...options,
    source: {
      name: 'pypistats',
      schema: downloadFactsSchema,
      freshUntilMs: () => NEVER,
      load: () => Promise.reject(new Error('is not asked')),
    },
  });
  onTestFinished(
    async () => void (await Promise.all([projects.close(), simple.close(), downloads.close()])),
  );
  return { projects, simple, downloads };
}

/** Follows until the function that is given back is called, or the test ends. */
function startFollowing(): () => Promise<void> {
  const stop = new AbortController();
  const { log, lines, complaints } = createTestLog();
  logged = lines;
  const ignore = (): void => undefined;
  const running = follow(
    {
      feed,
      store,
      sources: createTestSources(),
      messages: {
        publish: () => Promise.resolve(),
        subscribe: ignore,
        settleMs: 20,
        close: () => Promise.resolve(),
      },
      edge: createEdge({ VARNISH_URLS: [node.url], PURGE_KEY }),
      pollMs: 100,
      pypistatsPerMinute: 20,
      log,
      observe: {
        poll: ignore,
        changes: (outcome, count) => counts.set(outcome, (counts.get(outcome) ?? 0) + count),
        purges: ignore,
        lag: ignore,
        nodes: ignore,
      },
      clock: () => Date.now() + skewMs,
    },
    stop.signal,
  );
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
    expect(complaints).not.toContain('following failed');
  };
  onTestFinished(end);
  return end;
}

const says = (version: string, serial: number): Loaded<ProjectFacts> => ({
  state: 'known',
  value: { ...page, version },
  serial,
});

async function expectPurge(tag: string): Promise<void> {
  await expect.poll(() => node.takeTags(), PATIENCE).toContain(tag);
}

async function untilCounted(outcome: string, count: number): Promise<void> {
  await vi.waitUntil(() => (counts.get(outcome) ?? 0) >= count, PATIENCE);
}

function release(project: string, version: string): void {
  pages.set(project, says(version, Date.now()));
  news.push({ changes: [{ project, release: version, atMs: Date.now() }] });
}

/** A follower that has begun, and has nothing left to do. */
async function startedFollower(): Promise<() => Promise<void>> {
  const end = startFollowing();
  await vi.waitUntil(async () => {
    const state = await readState(store, 'rss');
    return state?.position !== undefined && state.gapAtMs === undefined;
  }, PATIENCE);
  node.takeTags();
  return end;
}

test('a release of what is held is fetched and purged, one of anything else is nothing to us', async () => {
  await startedFollower();
  await rankAll(store, FOLLOW_KEYS.held, { requests: Date.now() });
  release('another', '1.0');
  release('requests', '1.1');
  await expectPurge('project/requests');
  expect(Object.fromEntries(counts)).toEqual({ seen: 2, followed: 1, confirmed: 1 });
  expect(asked).toEqual(['requests']);
  const lines = (): unknown[] => logged.filter(({ msg }) => msg === 'release purged');
  await expect.poll(lines, PATIENCE).toHaveLength(1);
  expect(lines()).toMatchObject([{ project: 'requests', release: '1.1', nodes: 1, failed: [] }]);
});

test('a follower without a previous state marks all requested projects stale, and purges everything', async () => {
  await rankAll(store, FOLLOW_KEYS.held, { requests: Date.now() });
  pages.set('requests', says('1.0', 1));
  const fetchIfStale = (): Promise<unknown> => createTestSources().projects.get('requests');
  await fetchIfStale();
  startFollowing();
  await expectPurge('*');
  await vi.waitUntil(async () => (await fetchIfStale(), asked.length > 1), PATIENCE);
});

test('when the store has lost what it was told of, all is purged, and each change followed', async () => {
  await startedFollower();
  release('requests', '1.1');
  kept.isEmptied();
  await expectPurge('*');
  await untilCounted('confirmed', 1);
  expect(asked).toEqual(['requests']);
});

test('the next leader goes on from there, with what was under way, and does not begin anew', async () => {
  const end = await startedFollower();
  await rankAll(store, FOLLOW_KEYS.held, { requests: Date.now() });
  pages.set('requests', says('1.0', 1));
  await createTestSources().projects.get('requests');
  // PyPI's page does not show it yet.
  news.push({ changes: [{ project: 'requests', release: '1.1', atMs: Date.now() }] });
  await untilCounted('unconfirmed', 1);
  await end();
  const state = await readState(store, 'rss');
  expect(state?.pending).toMatchObject([{ project: 'requests', releases: ['1.1'], isTold: false }]);
  expect(Number(state?.position)).toBeGreaterThan(1);

  node.takeTags();
  pages.set('requests', says('1.1', 2));
  skewMs = 10 * MINUTE;
  startFollowing();
  await untilCounted('confirmed', 1);
  await expectPurge('project/requests');
  expect(node.takeTags()).not.toContain('*');
});

test('a release whose facts the store has lost is fetched again, until the store has them', async () => {
  let writes = 0;
  store = losing(store, (key) => key === 'pypins:1:pypi:requests' && (writes += 1) === 1);
  await startedFollower();
  await rankAll(store, FOLLOW_KEYS.held, { requests: Date.now() });
  release('requests', '1.1');
  await untilCounted('confirmed', 1);
  expect([counts.get('unconfirmed'), asked]).toEqual([1, ['requests', 'requests']]);
  const elsewhere = await createTestSources().projects.get('requests');
  expect(elsewhere).toMatchObject({ value: { version: '1.1' } });
});
