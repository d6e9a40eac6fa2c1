import { beforeEach, describe, expect, test, vi } from 'vitest';
import { followerStatusSchema } from '../../../../src/follow/state/status.ts';
import { createTally, type Tally } from '../../../../src/follow/state/tally.ts';
import { type FollowerObserver, LAG_BOUNDS_SECONDS } from '../../../../src/metrics.ts';
import { NOW, SECOND } from '../../cache/facts/harness.ts';
import { createClock, type TestClock } from '../harness.ts';

const calm = { isBehind: false, pending: 0, nodesBehind: [] };
const news = { changes: [], hasGap: false, position: '' };

const ignore = (): void => undefined;
const NOBODY: FollowerObserver = {
  poll: ignore,
  changes: ignore,
  purges: ignore,
  lag: ignore,
  nodes: ignore,
};

let clock: TestClock;
let tally: Tally;

beforeEach(() => {
  clock = createClock();
  tally = createTally('rss', NOBODY, clock.read);
});

describe('a status', () => {
  test('says what has happened, and what is true now', () => {
    tally.poll('failed');
    tally.polled({ ...news, serial: 7, changes: [{ project: 'a', atMs: 0 }] });
    tally.changes('followed', 3);
    tally.changes('confirmed', 2);
    tally.changes('unconfirmed', 1);
    tally.purges('purged', 5);
    tally.purges('failed', 4);
    const moment = { isBehind: true, pending: 6, nodesBehind: ['http://one'] };
    const status = tally.status(moment);
    expect(followerStatusSchema.parse(status)).toEqual(status);
    expect(status).toMatchObject({
      feed: 'rss',
      leadingSinceMs: NOW,
      serial: 7,
      pollFailures: 1,
      seen: 1,
      followed: 3,
      refreshed: 2,
      unmoved: 1,
      purged: 5,
      purgeFailures: 4,
      ...moment,
    });
  });

  test('knows no serial where the feed tells none, and keeps the last', () => {
    tally.polled(news);
    expect(tally.status(calm).serial).toBeNull();
    tally.polled({ ...news, serial: 7 });
    tally.polled(news);
    expect(tally.status(calm).serial).toBe(7);
  });

  test('is behind when the feed has not answered for 90 seconds', () => {
    vi.useFakeTimers();
    try {
      tally.polled(news);
      vi.advanceTimersByTime(90 * SECOND - 1);
      expect(tally.status(calm).isBehind).toBe(false);
      vi.advanceTimersByTime(1);
      expect(tally.status(calm).isBehind).toBe(true);
      tally.polled(news);
      expect(tally.status(calm).isBehind).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  test('says how old the last good answer of the feed is, by a clock that nobody sets', () => {
    vi.useFakeTimers();
    try {
      expect(tally.status(calm).pollAgeMs).toBeNull();
      tally.polled(news);
      vi.advanceTimersByTime(12 * SECOND);
      tally.poll('failed');
      clock.nowMs -= 60 * SECOND;
      expect(tally.status(calm)).toMatchObject({ pollAgeMs: 12 * SECOND, polls: 1 });
    } finally {
      vi.useRealTimers();
    }
  });
});

test.each([
  ...LAG_BOUNDS_SECONDS.map((bound, place) => ({ seconds: bound, place })),
  { seconds: 0, place: 0 },
  { seconds: 60.001, place: 6 },
  { seconds: 3_601, place: LAG_BOUNDS_SECONDS.length },
])('a lag of $seconds s is within bound $place', ({ seconds, place }) => {
  tally.lag(seconds);
  tally.lag(seconds);
  const { lags } = tally.status(calm);
  expect(lags).toHaveLength(LAG_BOUNDS_SECONDS.length + 1);
  expect(lags.flatMap((count, at) => (count > 0 ? [[at, count]] : []))).toEqual([[place, 2]]);
  // What is told later changes nothing of what was told.
  tally.lag(seconds);
  expect(lags[place]).toBe(2);
});
