import type { Feed, FeedNews } from '../feeds/feed.ts';
import { type FollowerStatus, LAG_BOUNDS_SECONDS } from './status.ts';

/** What happens at the follower, for whoever counts. */
export interface FollowerObserver {
  readonly poll: (outcome: 'answered' | 'failed') => void;
  /** `seen` in the feed, `followed` of these, `told` by PyPI's pages, `unmoved` there as yet. */
  readonly changes: (outcome: 'seen' | 'followed' | 'told' | 'unmoved', count: number) => void;
  readonly purges: (outcome: 'purged' | 'failed', projects: number) => void;
  /** From the publication to the purge. */
  readonly lag: (seconds: number) => void;
}

/** What is true of the follower at the moment a status is made. */
export interface Moment {
  readonly isBehind: boolean;
  readonly pending: number;
  readonly nodesBehind: string[];
}

/** Counts for metrics, and for what the follower tells of itself. */
export interface Tally extends FollowerObserver {
  readonly polled: (news: FeedNews) => void;
  readonly status: (moment: Moment) => FollowerStatus;
}

const NOTHING = {
  pollFailures: 0,
  seen: 0,
  followed: 0,
  told: 0,
  unmoved: 0,
  purged: 0,
  purgeFailures: 0,
};

export function createTally(
  feed: Feed['name'],
  observe: FollowerObserver,
  clock: () => number,
): Tally {
  const leadingSinceMs = clock();
  const counts = { ...NOTHING };
  const lags = Array.from({ length: LAG_BOUNDS_SECONDS.length + 1 }, () => 0);
  let beat = 0;
  let serial: number | null = null;
  let polledAt: number | undefined;

  return {
    poll(outcome) {
      if (outcome === 'failed') counts.pollFailures += 1;
      observe.poll(outcome);
    },
    changes(outcome, count) {
      counts[outcome] += count;
      observe.changes(outcome, count);
    },
    purges(outcome, projects) {
      counts[outcome === 'purged' ? 'purged' : 'purgeFailures'] += projects;
      observe.purges(outcome, projects);
    },
    lag(seconds) {
      const bound = LAG_BOUNDS_SECONDS.findIndex((each) => seconds <= each);
      const place = bound < 0 ? LAG_BOUNDS_SECONDS.length : bound;
      lags[place] = (lags[place] ?? 0) + 1;
      observe.lag(seconds);
    },
    polled(news) {
      polledAt = performance.now();
      serial = news.serial ?? serial;
      this.poll('answered');
      this.changes('seen', news.changes.length);
    },
    status(moment) {
      const { told, ...others } = counts;
      beat = Math.max(beat + 1, clock());
      return {
        feed,
        beat,
        leadingSinceMs,
        pollAgeMs: polledAt === undefined ? null : performance.now() - polledAt,
        serial,
        ...others,
        refreshed: told,
        lags: [...lags],
        ...moment,
      };
    },
  };
}
