import { LRUCache } from 'lru-cache';
import type { Answer } from '../exchange.ts';

const MAX_COPIES = 20_000;

/** How long PyPI's CDN keeps serving old answers. Default of each: 0. */
export interface Lag {
  /**
   * How long a changed page stays the old one, counted from the first request after the change: PyPI purges softly, and its
   * CDN serves the stale copy while it revalidates.
   */
  readonly pageMs?: number;
  /** The same for the feed. */
  readonly feedMs?: number;
  /** How long a 404 stays one, counted from its first request: publishing does not purge it. */
  readonly absentMs?: number;
}

/** The cache of PyPI's CDN, which may serve an old answer. */
export interface Cdn {
  /** Sets how long old answers are served from now on. */
  readonly lag: (lag: Lag) => void;
  /** Returns the answer that a client gets when PyPI's own answer is `current`. `key` identifies the URL. */
  readonly pass: (kind: 'page' | 'feed', key: string, current: Answer) => Answer;
}

interface Copy {
  readonly answer: Answer;
  readonly sinceMs: number;
  /** The time of the first request after the change. */
  revalidatedAtMs?: number;
}

/** Returns a CDN without any lag, which keeps copies from the first request on. */
export function createCdn(nowMs = () => performance.now()): Cdn {
  const copies = new LRUCache<string, Copy>({ max: MAX_COPIES });
  let lags = { pageMs: 0, feedMs: 0, absentMs: 0 };

  const isStillServed = (copy: Copy, staleMs: number): boolean => {
    if (copy.answer.status === 404) return nowMs() - copy.sinceMs < lags.absentMs;
    copy.revalidatedAtMs ??= nowMs();
    return nowMs() - copy.revalidatedAtMs < staleMs;
  };

  return {
    lag({ pageMs = 0, feedMs = 0, absentMs = 0 }) {
      lags = { pageMs, feedMs, absentMs };
    },
    pass(kind, key, current) {
      const copy = copies.get(key);
      const isChanged = copy && (copy.answer.status === 404 || !isSame(copy.answer, current));
      const staleMs = kind === 'page' ? lags.pageMs : lags.feedMs;
      if (isChanged && isStillServed(copy, staleMs)) return copy.answer;
      copies.set(key, { answer: current, sinceMs: nowMs() });
      return current;
    },
  };
}

function isSame(one: Answer, other: Answer): boolean {
  if (one.status !== other.status) return false;
  return ['etag', 'x-pypi-last-serial'].every((name) => one.headers[name] === other.headers[name]);
}
