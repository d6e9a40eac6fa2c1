import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Store } from '../../../cache/store.ts';
import type { EdgeOptions } from '../../edge/purge.ts';
import { refreshAtEdge } from '../../edge/refresh.ts';
import type { OpenedSources, Sources } from '../../sources.ts';
import type { ChangeQueue, Pending } from './queue.ts';
import { FOLLOW_KEYS } from '../keys.ts';
import { eachAtOnce } from '../loops.ts';
import { ECHO_MS, type Purger } from '../purger.ts';
import { refetch } from '../../edge/refetch.ts';
import type { Tally } from '../state/tally.ts';

/** Leaves room in PyPI's own limit for readers. */
const REFETCHES_AT_ONCE = 6;
const URLS_AT_ONCE = 8;
const URLS_A_PROJECT = 8;
const MAX_PROJECTS = 5_000;
/** When the hottest URLs are asked for: what was fetched before the second purge would have to be fetched again. */
export const REFRESH_AFTER_MS = ECHO_MS + 2_000;
/** So that a step ends soon where a node does not answer. */
const PROJECTS_A_STEP = 24;

export interface WorkOptions extends Pick<OpenedSources, 'messages'> {
  readonly sources: Pick<Sources, 'projects'>;
  readonly store: Store;
  readonly edge: EdgeOptions;
  readonly log: Logger;
  readonly clock: () => number;
  readonly queue: ChangeQueue;
  readonly purger: Purger;
  readonly tally: Tally;
}

/** What becomes of the changes in the queue. Each step is to be called often. */
export interface Work {
  /** Begins the refetches that are due. */
  readonly refetchDue: () => Promise<void>;
  /** Purges what PyPI has told of, all at once. */
  readonly purgeTold: () => Promise<void>;
  /** Asks the edge for the hottest URLs of what was purged, so that few readers have to wait. */
  readonly refreshUrls: () => Promise<void>;
  /** Resolves when no refetch is under way. */
  readonly settled: () => Promise<void>;
}

export function createWork(options: WorkOptions): Work {
  const { sources, messages, store, edge, log, clock, queue, purger, tally } = options;
  const underWay = new Set<Promise<void>>();
  /** What PyPI has told of, with the lag to be counted: purged all together, and only then done. */
  const told = new Map<string, { next: Pending; publishedAtMs: number | undefined }>();
  /** By when. */
  const toRefresh = new Map<string, number>();

  const look = async (pending: Pending): Promise<void> => {
    const { isTold, hasMoved, baseline, serial } = await refetch(sources.projects, pending);
    const isNews = isTold && !pending.isTold;
    if (!pending.isTold) tally.changes(isTold ? 'told' : 'unmoved', 1);
    const next = {
      ...pending,
      baseline: isTold ? serial : baseline,
      isTold: isTold || pending.isTold,
      attempt: isNews ? 0 : pending.attempt,
    };
    if (!isNews && !hasMoved) return queue.settle(next, clock());
    // Until the last process has heard of it, the edge would only get the old badge again.
    await sleep(messages.settleMs);
    told.set(pending.project, { next, publishedAtMs: isNews ? pending.atMs : undefined });
  };

  return {
    refetchDue() {
      for (const pending of queue.takeDue(clock(), REFETCHES_AT_ONCE - underWay.size)) {
        const work = look(pending)
          .catch((error: unknown) => {
            log.error({ err: error }, 'a refetch failed');
            queue.settle(pending, clock());
          })
          .finally(() => underWay.delete(work));
        underWay.add(work);
      }
      return Promise.resolve();
    },
    async purgeTold() {
      const some = [...told];
      told.clear();
      await purger.purge(some.map(([project]) => project));
      for (const [project, { next, publishedAtMs }] of some) {
        queue.settle(next, clock());
        if (publishedAtMs !== undefined) tally.lag(Math.max(0, clock() - publishedAtMs) / 1000);
        if (toRefresh.size < MAX_PROJECTS) toRefresh.set(project, clock() + REFRESH_AFTER_MS);
      }
    },
    async refreshUrls() {
      await eachAtOnce(takeDue(toRefresh, clock()), URLS_AT_ONCE, async (project) => {
        const paths = await store.ranked(FOLLOW_KEYS.urlsOf(project), 0, URLS_A_PROJECT);
        await refreshAtEdge(edge, paths ?? []);
      });
    },
    settled: async () => void (await Promise.allSettled(underWay)),
  };
}

/** Takes out what is due, at most `PROJECTS_A_STEP`. */
function takeDue(waiting: Map<string, number>, nowMs: number): string[] {
  const due = [...waiting].filter(([, dueAtMs]) => dueAtMs <= nowMs).slice(0, PROJECTS_A_STEP);
  for (const [project] of due) waiting.delete(project);
  return due.map(([project]) => project);
}
