import { type FollowerObserver, LAG_BOUNDS_SECONDS } from '../../metrics.ts';
import type { Feed, FeedNews } from '../feeds/feed.ts';
import type { FollowerStatus } from './status.ts';

/** The follower's situation when a status is made. */
export interface Moment {
  readonly isBehind: boolean;
  readonly pending: number;
  readonly nodesBehind: string[];
}

/** Counts for the metrics and for the follower's status. */
export interface Tally extends FollowerObserver {
  readonly polled: (news: FeedNews) => void;
  readonly status: (moment: Moment) => FollowerStatus;
}

/** A feed that has not answered for so long is late: it is polled every 20 seconds. */
const LATE_MS = 90_000;

const NOTHING = {
  polls: 0,
  pollFailures: 0,
  seen: 0,
  followed: 0,
  confirmed: 0,
  unconfirmed: 0,
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
    nodes: observe.nodes,
    polled(news) {
      polledAt = performance.now();
      serial = news.serial ?? serial;
      counts.polls += 1;
      this.poll('answered');
      this.changes('seen', news.changes.length);
    },
    status(moment) {
      const { confirmed, unconfirmed, ...others } = counts;
      const pollAgeMs = polledAt === undefined ? null : performance.now() - polledAt;
      return {
        feed,
        leadingSinceMs,
        pollAgeMs,
        serial,
        ...others,
        refreshed: confirmed,
        unmoved: unconfirmed,
        lags: [...lags],
        ...moment,
        isBehind: moment.isBehind || (pollAgeMs ?? 0) >= LATE_MS,
      };
    },
  };
}
