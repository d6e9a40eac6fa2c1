import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sampleProjects } from '../../../sample/projects/sample-projects.ts';
import { createStandIn, type StandIn } from '../../../sample/stand-in.ts';
import { createChangelogFeed } from '../../../src/follow/changelog.ts';
import type { Feed, FeedNews } from '../../../src/follow/feed.ts';
import { createRssFeed } from '../../../src/follow/rss.ts';
import { startPypiClient } from '../../support/pypi-client.ts';

let standIn: StandIn;
beforeEach(async () => {
  standIn = createStandIn({ projects: sampleProjects });
  await standIn.listen();
});
afterEach(() => standIn.close());

const FEEDS = { rss: createRssFeed, changelog: createChangelogFeed };
type Name = keyof typeof FEEDS;

/** Polls the feed of that name again and again, each time from where it has come to. */
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

test.each<Name>(['rss', 'changelog'])('%s tells of what is published, once', async (name) => {
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
  // Both tell whole seconds.
  for (const { atMs } of changes) expect(atMs).toBeGreaterThan(fromMs - 1_000);
  const serials = name === 'rss' ? [undefined, undefined] : [first.serial, second.serial];
  expect(changes.map(({ serial }) => serial)).toEqual(serials);
  expect((await poll()).changes).toEqual([]);
});

describe('rss', () => {
  test('asks with the ETag that it has, so that a page without news is a 304', async () => {
    const poll = await startFeed('rss');
    await poll();
    standIn.publish('requests');
    await poll();
    const answers = standIn.requests.map(({ method, path, status }) => [method, path, status]);
    expect(answers).toEqual([200, 304, 200].map((status) => ['GET', '/rss/updates.xml', status]));
  });

  test('a page of before brings nothing, also after a newer one', async () => {
    const poll = await startFeed('rss');
    const { version } = standIn.publish('requests');
    standIn.misbehave({ mode: 'wrong-serial', api: 'rss' });
    expect((await poll()).changes).toEqual([]);
    standIn.behave();
    expect((await poll()).changes).toMatchObject([{ project: 'requests', release: version }]);
    standIn.misbehave({ mode: 'wrong-serial', api: 'rss' });
    expect(await poll()).toMatchObject({ changes: [], hasGap: false });
  });

  test('more releases than a page has are a gap', async () => {
    const poll = await startFeed('rss');
    for (let i = 0; i < 120; i += 1) standIn.publish('requests');
    const news = await poll();
    expect(news.hasGap).toBe(true);
    expect(news.changes).toHaveLength(100);
    expect(await poll()).toMatchObject({ changes: [], hasGap: false });
  });
});

describe('changelog', () => {
  test('tells of yanks, removals and quarantine', async () => {
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

  test('a journal that was set back is a gap, and what follows is told', async () => {
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

  test('PyPI’s limit is told, and what has happened meanwhile is not lost', async () => {
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
