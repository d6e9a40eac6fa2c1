import { LRUCache } from 'lru-cache';
import type { Answer } from '../exchange.ts';

const MAX_HELD = 20_000;

/** How far PyPI's CDN is behind. What is left out is 0. */
export interface Lag {
  /**
   * How long a page goes on being the old one after the first request that follows a change: PyPI purges softly, and its
   * CDN serves what is stale while it revalidates.
   */
  readonly pageMs?: number | undefined;
  /** The same of the feed. */
  readonly feedMs?: number | undefined;
  /** How long a page that was not there is still not there, whatever has been published since: nothing purges a 404. */
  readonly absentMs?: number | undefined;
}

/** What PyPI's CDN does to answers: it may give an old one. */
export interface Edge {
  /** From now on the edge is so far behind. */
  readonly lag: (lag: Lag) => void;
  /** The answer that a client gets where PyPI itself would give `current`. `key` names the URL. */
  readonly pass: (kind: 'page' | 'feed', key: string, current: Answer) => Answer;
}

interface Held {
  readonly answer: Answer;
  readonly sinceMs: number;
  /** When it was first asked for after it had changed. */
  revalidatedAtMs?: number;
}

/** An edge that is not behind at all, until it is told to be. It remembers what it was asked for from the beginning. */
export function createEdge(nowMs = () => performance.now()): Edge {
  const held = new LRUCache<string, Held>({ max: MAX_HELD });
  let behind = { pageMs: 0, feedMs: 0, absentMs: 0 };

  const keep = (key: string, answer: Answer): Answer => {
    held.set(key, { answer, sinceMs: nowMs() });
    return answer;
  };
  const isStillServed = (old: Held, staleMs: number): boolean => {
    if (old.answer.status === 404) return nowMs() - old.sinceMs < behind.absentMs;
    old.revalidatedAtMs ??= nowMs();
    return nowMs() - old.revalidatedAtMs < staleMs;
  };

  return {
    lag({ pageMs = 0, feedMs = 0, absentMs = 0 }) {
      behind = { pageMs, feedMs, absentMs };
    },
    pass(kind, key, current) {
      const old = held.get(key);
      const isChanged = old && (old.answer.status === 404 || !isSame(old.answer, current));
      const staleMs = kind === 'page' ? behind.pageMs : behind.feedMs;
      return isChanged && isStillServed(old, staleMs) ? old.answer : keep(key, current);
    },
  };
}

function isSame(one: Answer, other: Answer): boolean {
  if (one.status !== other.status) return false;
  return ['etag', 'x-pypi-last-serial'].every((name) => one.headers[name] === other.headers[name]);
}
