import type { Logger } from 'pino';
import { UpstreamError } from '../../upstream/errors.ts';
import type { Change, Feed } from './feed.ts';
import type { Tally } from '../state/tally.ts';

/** After a failure; doubled with each one. PyPI may ask for more in `retryAfterMs`. */
const PAUSES = { firstMs: 20_000, maxMs: 120_000 };
/** So that installations do not poll in step. */
const JITTER = 0.1;

export interface Poller {
  /** Polls the feed once; returns how many milliseconds to wait. */
  readonly step: (signal: AbortSignal) => Promise<number>;
  readonly position: () => string | undefined;
}

export interface PollerOptions {
  readonly feed: Feed;
  /** Time between two polls. */
  readonly pollMs: number;
  /** Time between two polls while the feed fails. */
  readonly pauses?: typeof PAUSES;
  /** As the previous leader left it. */
  readonly position: string | undefined;
  readonly tally: Tally;
  /** Takes the changes; the position advances only after that. */
  readonly take: (changes: readonly Change[], hasGap: boolean) => Promise<void>;
  readonly log: Logger;
}

/** Polls the feed, hands over its changes, and backs off while it fails. */
export function createPoller(options: PollerOptions): Poller {
  const { feed, pollMs, pauses = PAUSES, tally, take, log } = options;
  let position = options.position;
  let failures = 0;

  const pauseAfter = (error: unknown): number => {
    const retryAfterMs = error instanceof UpstreamError ? (error.retryAfterMs ?? 0) : 0;
    return Math.max(retryAfterMs, Math.min(pauses.firstMs * 2 ** (failures - 1), pauses.maxMs));
  };

  return {
    position: () => position,
    async step(signal) {
      try {
        const news = await feed.poll(position, signal);
        // Changes before the first position are unknown.
        await take(news.changes, news.hasGap || position === undefined);
        if (news.hasGap)
          log.warn(
            { feed: feed.name },
            'releases were missed: all requested projects are marked stale',
          );
        ({ position } = news);
        tally.polled(news);
        if (failures > 0) log.info({ feed: feed.name }, 'the feed answers again');
        failures = 0;
        return pollMs * (1 + JITTER * (2 * Math.random() - 1));
      } catch (error) {
        if (signal.aborted) return 0;
        failures += 1;
        tally.poll('failed');
        // Logged once an outage.
        if (failures === 1) log.warn({ err: error, feed: feed.name }, 'the feed does not answer');
        return pauseAfter(error);
      }
    },
  };
}
