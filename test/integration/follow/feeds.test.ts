import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sampleProjects } from '../../../sample/projects/sample-projects.ts';
import { createStandIn, type StandIn } from '../../../sample/stand-in.ts';
import { createChangelogFeed } from '../../../src/follow/feeds/changelog.ts';
import type { Feed, FeedNews } from '../../../src/follow/feeds/feed.ts';
import { createRssFeed } from '../../../src/follow/feeds/rss.ts';
import { startPypiClient } from '../../support/service/pypi-client.ts';

let standIn: StandIn;
beforeEach(async () => {
  standIn = createStandIn({ projects: sampleProjects });
  await standIn.listen();
});
afterEach(() => standIn.close());

const FEEDS = { rss: createRssFeed, changelog: createChangelogFeed };
type Name = keyof typeof FEEDS;

/** Returns a function that polls a feed, each time from the last position. */
async function startFeed(name: Name): Promise<() => Promise<FeedNews>> {
  const feed: Feed = FEEDS[name](startPypiClient(standIn.url));
  let position: string | undefined;
  const poll = async (): Promise<FeedNews> => {
    const news = await feed.poll(position, AbortSignal.timeout(20_000));
    ({ position } = news);
    return news;
  };
  await poll();
  return poll;
}

test.each<Name>(['rss', 'changelog'])('%s reports each release once', async (name) => {
  const poll = await startFeed(name);
  expect((await poll()).changes).toEqual([]);
  const fromMs = Date.now();
  const first = standIn.publish('requests');
  const second = standIn.publish('Sample.Dotted.Name', '99!1.10+local');
  const { changes, hasGap } = await poll();
  expect(hasGap).toBe(false);
  expect(changes).toMatchObject([
    { project: 'requests', release: first.version },
    { project: 'sample-dotted-name', release: '99!1.10+local' },
  ]);
  // Both feeds have a resolution of one second.
  for (const { atMs } of changes) expect(atMs).toBeGreaterThan(fromMs - 1_000);
  const serials = name === 'rss' ? [undefined, undefined] : [first.serial, second.serial];
  expect(changes.map(({ serial }) => serial)).toEqual(serials);
  expect((await poll()).changes).toEqual([]);
});

describe('rss', () => {
  test('sends its ETag, so that a page without news is a 304', async () => {
    const poll = await startFeed('rss');
    await poll();
    standIn.publish('requests');
    await poll();
    const answers = standIn.requests.map(({ method, path, status }) => [method, path, status]);
    expect(answers).toEqual([200, 304, 200].map((status) => ['GET', '/rss/updates.xml', status]));
  });

  test('an old page brings no changes, even after a newer one', async () => {
    const poll = await startFeed('rss');
    const { version } = standIn.publish('requests');
    standIn.misbehave({ mode: 'wrong-serial', api: 'rss' });
    expect((await poll()).changes).toEqual([]);
    standIn.behave();
    expect((await poll()).changes).toMatchObject([{ project: 'requests', release: version }]);
    standIn.misbehave({ mode: 'wrong-serial', api: 'rss' });
    expect(await poll()).toMatchObject({ changes: [], hasGap: false });
  });

  test('more releases than fit a page are a gap', async () => {
    const poll = await startFeed('rss');
    for (let i = 0; i < 120; i += 1) standIn.publish('requests');
    const news = await poll();
    expect(news.hasGap).toBe(true);
    expect(news.changes).toHaveLength(100);
    expect(await poll()).toMatchObject({ changes: [], hasGap: false });
  });
});

describe('changelog', () => {
  test('reports yanks, removals and quarantine', async () => {
    const poll = await startFeed('changelog');
    const { version } = standIn.publish('requests');
    await poll();
    const changesOf = async () => (await poll()).changes;
    const yanked = standIn.yank('requests', version);
    expect(await changesOf()).toMatchObject([
      { project: 'requests', release: version, serial: yanked.serial, isRemoval: false },
    ]);
    standIn.unyank('requests', version);
    expect(await changesOf()).toMatchObject([{ project: 'requests', release: version }]);
    standIn.quarantine('requests', true);
    expect(await changesOf()).toMatchObject([{ project: 'requests', isRemoval: true }]);
    standIn.quarantine('requests', false);
    expect(await changesOf()).toMatchObject([{ project: 'requests', isRemoval: false }]);
    standIn.remove('requests');
    expect(await changesOf()).toMatchObject([{ project: 'requests', isRemoval: true }]);
  });

  test('a journal that was reset is a gap, and later changes are reported', async () => {
    const poll = await startFeed('changelog');
    standIn.publish('requests');
    const before = await poll();
    standIn.rewind(2);
    expect(await poll()).toMatchObject({
      changes: [],
      hasGap: true,
      serial: (before.serial ?? 0) - 2,
    });
    standIn.publish('requests');
    expect(await poll()).toMatchObject({ changes: [{ project: 'requests' }], hasGap: false });
  });

  test('reports PyPI’s rate limit, and loses no changes meanwhile', async () => {
    const poll = await startFeed('changelog');
    standIn.publish('requests');
    standIn.misbehave({ mode: 'limited', api: 'xmlrpc', resetSeconds: 40 });
    await expect(poll()).rejects.toMatchObject({ failure: 'status', retryAfterMs: 40_000 });
    standIn.behave();
    expect((await poll()).changes).toMatchObject([{ project: 'requests' }]);
  });
});

test.each<Name>(['rss', 'changelog'])('%s loses nothing while PyPI fails', async (name) => {
  const poll = await startFeed(name);
  const { version } = standIn.publish('requests');
  for (const [mode, failure] of [
    ['truncated', 'network'],
    ['nulls', 'unparsable'],
  ] as const) {
    standIn.misbehave({ mode });
    await expect(poll()).rejects.toMatchObject({ name: 'UpstreamError', failure });
  }
  standIn.behave();
  expect(await poll()).toMatchObject({ changes: [{ release: version }], hasGap: false });
});
