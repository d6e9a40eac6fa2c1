import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Store } from '../../../cache/store/contract.ts';
import type { Edge } from '../../edge/nodes.ts';
import { prefetch, SECOND_PURGE_MS } from '../../edge/purge.ts';
import { refetch } from '../../edge/refetch.ts';
import type { OpenedSources, Sources } from '../../facts/sources.ts';
import { FOLLOW_KEYS } from '../keys.ts';
import { eachAtOnce } from '../loops.ts';
import type { Purger } from '../purger.ts';
import type { Tally } from '../state/tally.ts';
import type { ChangeQueue, Pending } from './queue.ts';

/** Leaves connections to PyPI for readers. */
const REFETCHES_AT_ONCE = 6;
const PREFETCHED_AT_ONCE = 8;
const URLS_A_PROJECT = 8;
const MAX_PROJECTS = 5_000;
/** After the second purge, which would make an earlier prefetch useless. */
export const PREFETCH_AFTER_MS = SECOND_PURGE_MS + 2_000;
/** Keeps a step short while a node does not answer. */
const PROJECTS_A_STEP = 24;

export interface WorkOptions extends Pick<OpenedSources, 'messages'> {
  readonly sources: Pick<Sources, 'projects' | 'simple'>;
  readonly store: Store;
  readonly edge: Edge;
  readonly log: Logger;
  readonly clock: () => number;
  readonly queue: ChangeQueue;
  readonly purger: Purger;
  readonly tally: Tally;
}

/** Refetches changed projects, and purges those that PyPI has confirmed. Call each step often. */
export interface Work {
  /** Starts the refetches that are due. */
  readonly refetchDue: () => Promise<void>;
  /** Purges the confirmed projects, all at once. */
  readonly purgeConfirmed: () => Promise<void>;
  /** Makes the edge fetch the popular URLs of purged projects, so that few readers wait. */
  readonly prefetchUrls: () => Promise<void>;
  /** Resolves when no refetch is under way. */
  readonly settled: () => Promise<void>;
}

export function createWork(options: WorkOptions): Work {
  const { sources, messages, store, edge, log, clock, queue, purger, tally } = options;
  const underWay = new Set<Promise<void>>();
  /** Projects to purge; `publishedAtMs` where the lag counts. They leave the queue only after the purge. */
  const confirmed = new Map<string, { next: Pending; publishedAtMs: number | undefined }>();
  /** Project → time at which its popular URLs are prefetched. */
  const toPrefetch = new Map<string, number>();

  const attempt = async (pending: Pending): Promise<void> => {
    const fetched = await refetch(sources, pending);
    const { hasNewFacts, baseline, serial } = fetched;
    // Where the store has not taken the facts, no other process gets them: it is fetched again.
    const isConfirmed = fetched.isConfirmed && fetched.isShared;
    const isNews = isConfirmed && !pending.isTold;
    if (!pending.isTold) tally.changes(isConfirmed ? 'confirmed' : 'unconfirmed', 1);
    const next = {
      ...pending,
      baseline: isConfirmed ? serial : baseline,
      isTold: isConfirmed || pending.isTold,
      attempt: isNews ? 0 : pending.attempt,
    };
    if (!isNews && !hasNewFacts) return queue.settle(next, clock());
    // Until every process has heard of the new facts, the edge could fetch the old badge again.
    await sleep(messages.settleMs);
    confirmed.set(pending.project, { next, publishedAtMs: isNews ? pending.atMs : undefined });
  };

  return {
    async refetchDue() {
      for (const pending of queue.takeDue(clock(), REFETCHES_AT_ONCE - underWay.size)) {
        const work = attempt(pending)
          .catch((error: unknown) => {
            log.error({ err: error }, 'refetch failed');
            queue.settle(pending, clock());
          })
          .finally(() => underWay.delete(work));
        underWay.add(work);
      }
    },
    async purgeConfirmed() {
      const some = [...confirmed];
      confirmed.clear();
      const { taken, failed } = await purger.purge(some.map(([project]) => project));
      for (const [project, { next, publishedAtMs }] of some) {
        queue.settle(next, clock());
        if (publishedAtMs !== undefined) {
          const seconds = Math.max(0, clock() - publishedAtMs) / 1000;
          tally.lag(seconds);
          const { release } = next;
          log.info({ project, release, nodes: taken.length, failed, seconds }, 'release purged');
        }
        if (toPrefetch.size < MAX_PROJECTS) toPrefetch.set(project, clock() + PREFETCH_AFTER_MS);
      }
    },
    async prefetchUrls() {
      await eachAtOnce(takeDue(toPrefetch, clock()), PREFETCHED_AT_ONCE, async (project) => {
        const paths = await store.ranked(FOLLOW_KEYS.urlsOf(project), 0, URLS_A_PROJECT);
        await prefetch(edge, paths ?? []);
      });
    },
    settled: async () => void (await Promise.allSettled(underWay)),
  };
}

/** Removes and returns what is due, at most `PROJECTS_A_STEP`. */
function takeDue(waiting: Map<string, number>, nowMs: number): string[] {
  const due = [...waiting].filter(([, dueAtMs]) => dueAtMs <= nowMs).slice(0, PROJECTS_A_STEP);
  for (const [project] of due) waiting.delete(project);
  return due.map(([project]) => project);
}
