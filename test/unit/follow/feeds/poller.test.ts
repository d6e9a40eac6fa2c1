import { describe, expect, test } from 'vitest';
import type { Change, Feed, FeedNews } from '../../../../src/follow/feeds/feed.ts';
import { createPoller, type Poller } from '../../../../src/follow/feeds/poller.ts';
import { createTally } from '../../../../src/follow/state/tally.ts';
import { UpstreamError } from '../../../../src/upstream/errors.ts';
import { NOW, SECOND } from '../../cache/facts/harness.ts';
import { createTestLog } from '../harness.ts';

const POLL_MS = 20 * SECOND;
const forEver = new AbortController().signal;
const change: Change = { project: 'requests', release: '2.0', atMs: NOW };

/** A poller over a feed whose answers the test decides. */
interface Polling {
  readonly poller: Poller;
  /** The positions that the feed was asked with. */
  readonly asked: (string | undefined)[];
  readonly taken: { changes: readonly Change[]; hasGap: boolean }[];
  readonly complaints: string[];
  /** The messages of the log so far. */
  readonly told: () => string[];
  readonly polls: string[];
  says(news: Partial<FeedNews>): void;
  fails(reason?: unknown): void;
  /** What is done with news from now on. */
  take(work: () => Promise<void>): void;
}

function createPolling(position?: string): Polling {
  const asked: Polling['asked'] = [];
  const taken: Polling['taken'] = [];
  const polls: string[] = [];
  const { log, lines, complaints } = createTestLog();
  let answer: () => Promise<FeedNews> = () => Promise.reject(new Error('nothing is set'));
  let work = (): Promise<void> => Promise.resolve();
  const feed: Feed = { name: 'rss', poll: (from) => (asked.push(from), answer()) };
  const observe = {
    poll: (outcome: string) => void polls.push(outcome),
    changes: () => undefined,
    purges: () => undefined,
    lag: () => undefined,
    nodes: () => undefined,
  };
  const poller = createPoller({
    feed,
    pollMs: POLL_MS,
    position,
    tally: createTally('rss', observe, () => NOW),
    log,
    take: async (changes, hasGap) => {
      await work();
      taken.push({ changes, hasGap });
    },
  });
  return {
    poller,
    asked,
    taken,
    complaints,
    told: () => lines.map(({ msg }) => msg),
    polls,
    says: (news) => {
      answer = () => Promise.resolve({ changes: [], hasGap: false, position: 'next', ...news });
    },
    fails: (reason = new UpstreamError('timeout', 'no answer')) => {
      answer = () => Promise.reject(reason);
    },
    take: (next) => void (work = next),
  };
}

describe('while the feed answers', () => {
  test('it is polled from its last position, about every 20 seconds', async () => {
    const polling = createPolling('before');
    polling.says({ position: 'after', changes: [change] });
    const rests = [await polling.poller.step(forEver), await polling.poller.step(forEver)];
    for (const restMs of rests) {
      expect(restMs).toBeGreaterThanOrEqual(0.9 * POLL_MS);
      expect(restMs).toBeLessThanOrEqual(1.1 * POLL_MS);
    }
    expect(rests[0]).not.toBe(rests[1]);
    expect(polling.asked).toEqual(['before', 'after']);
    expect(polling.poller.position()).toBe('after');
    expect(polling.taken[0]).toEqual({ changes: [change], hasGap: false });
    expect(polling.polls).toEqual(['answered', 'answered']);
    expect(polling.complaints).toEqual([]);
  });

  test('a gap is logged', async () => {
    const polling = createPolling('before');
    polling.says({ hasGap: true });
    await polling.poller.step(forEver);
    expect(polling.taken).toEqual([{ changes: [], hasGap: true }]);
    expect(polling.complaints).toHaveLength(1);
  });

  test('a start without a position is a gap', async () => {
    const polling = createPolling();
    polling.says({});
    await polling.poller.step(forEver);
    await polling.poller.step(forEver);
    expect(polling.asked).toEqual([undefined, 'next']);
    expect(polling.taken.map(({ hasGap }) => hasGap)).toEqual([true, false]);
  });

  test('the position advances only after the changes were taken', async () => {
    const polling = createPolling('before');
    polling.says({ position: 'after', changes: [change] });
    polling.take(() => {
      expect(polling.poller.position()).toBe('before');
      return Promise.reject(new Error('no room'));
    });
    await polling.poller.step(forEver);
    expect(polling.poller.position()).toBe('before');
    polling.take(() => Promise.resolve());
    await polling.poller.step(forEver);
    expect(polling.asked).toEqual(['before', 'before']);
    expect(polling.poller.position()).toBe('after');
  });
});

describe('while the feed fails', () => {
  test('it is polled less and less, and as before once it answers', async () => {
    const polling = createPolling('before');
    polling.fails();
    const rests: number[] = [];
    for (let at = 0; at < 6; at += 1) rests.push((await polling.poller.step(forEver)) / SECOND);
    expect(rests).toEqual([20, 40, 80, 120, 120, 120]);
    expect(polling.poller.position()).toBe('before');
    polling.says({});
    expect(await polling.poller.step(forEver)).toBeLessThanOrEqual(1.1 * POLL_MS);
    polling.fails();
    expect(await polling.poller.step(forEver)).toBe(20 * SECOND);
    const [begins, ends] = ['the feed does not answer', 'the feed answers again'];
    expect(polling.told()).toEqual([begins, ends, begins]);
  });

  test('the pause stays bounded in an outage of weeks', async () => {
    const polling = createPolling('before');
    polling.fails();
    let restMs = 0;
    for (let at = 0; at < 2_000; at += 1) restMs = await polling.poller.step(forEver);
    expect(restMs).toBe(120 * SECOND);
  });

  test.each([
    { wishMs: undefined, restMs: 20 * SECOND },
    { wishMs: 5 * SECOND, restMs: 20 * SECOND },
    { wishMs: 45 * SECOND, restMs: 45 * SECOND },
    { wishMs: 600 * SECOND, restMs: 600 * SECOND },
  ])('PyPI is left alone for as long as it wants: $wishMs', async ({ wishMs, restMs }) => {
    const polling = createPolling('before');
    polling.fails(new UpstreamError('status', 'answered 429', undefined, wishMs));
    expect(await polling.poller.step(forEver)).toBe(restMs);
  });

  test('each outage logs one warning', async () => {
    const polling = createPolling('before');
    for (let outage = 1; outage <= 2; outage += 1) {
      polling.fails();
      for (let at = 0; at < 3; at += 1) await polling.poller.step(forEver);
      expect(polling.complaints).toHaveLength(outage);
      polling.says({});
      await polling.poller.step(forEver);
    }
    expect(polling.polls.filter((outcome) => outcome === 'failed')).toHaveLength(6);
  });

  test('a stop during a poll is no failure', async () => {
    const polling = createPolling('before');
    const stop = new AbortController();
    polling.fails();
    stop.abort();
    expect(await polling.poller.step(stop.signal)).toBe(0);
    expect(polling.polls).toEqual([]);
    expect(polling.complaints).toEqual([]);
  });
});
