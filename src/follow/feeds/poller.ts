import type { Logger } from 'pino';
import { UpstreamError } from '../../upstream/errors.ts';
import type { Change, Feed } from './feed.ts';
import type { Tally } from '../state/tally.ts';

/** After a failure, doubled with each one. PyPI's own wish may be longer: see `retryAfterMs`. */
const PAUSES = { firstMs: 20_000, maxMs: 120_000 };
/** Several installations shall not ask in step. */
const JITTER = 0.1;

export interface Poller {
  /** Asks the feed once; gives how many milliseconds to rest. */
  readonly step: (signal: AbortSignal) => Promise<number>;
  readonly position: () => string | undefined;
}

export interface PollerOptions {
  readonly feed: Feed;
  /** How often the feed is asked. */
  readonly pollMs: number;
  /** How long a feed that fails is left alone. */
  readonly pauses?: typeof PAUSES;
  /** Where an earlier leader has come to. */
  readonly position: string | undefined;
  readonly tally: Tally;
  /** Takes what is new; the position moves on only after that. */
  readonly take: (changes: readonly Change[], hasGap: boolean) => Promise<void>;
  readonly log: Logger;
}

/** Asks the feed, hands over what is new, and backs off while it fails. */
export function createPoller(options: PollerOptions): Poller {
  const { feed, pollMs, pauses = PAUSES, tally, take, log } = options;
  let position = options.position;
  let failures = 0;

  const pauseAfter = (error: unknown): number => {
    const wishMs = error instanceof UpstreamError ? (error.retryAfterMs ?? 0) : 0;
    return Math.max(wishMs, Math.min(pauses.firstMs * 2 ** (failures - 1), pauses.maxMs));
  };

  return {
    position: () => position,
    async step(signal) {
      try {
        const news = await feed.poll(position, signal);
        // Of what was before the first position, nobody knows.
        await take(news.changes, news.hasGap || position === undefined);
        if (news.hasGap) log.warn({ feed: feed.name }, 'releases were missed: what is held is due');
        ({ position } = news);
        tally.polled(news);
        failures = 0;
        return pollMs * (1 + JITTER * (2 * Math.random() - 1));
      } catch (error) {
        if (signal.aborted) return 0;
        failures += 1;
        tally.poll('failed');
        // Once for each outage.
        if (failures === 1) log.warn({ err: error, feed: feed.name }, 'the feed does not answer');
        return pauseAfter(error);
      }
    },
  };
}
