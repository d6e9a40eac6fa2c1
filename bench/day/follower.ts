import { createChangeQueue, type Pending } from '../../src/follow/changes/queue.ts';
import { createDailyDownloads } from '../../src/follow/daily-downloads.ts';
import { FOLLOW_KEYS } from '../../src/follow/keys.ts';
import { SECOND_PURGE_MS } from '../../src/edge/purge.ts';
import { refetch } from '../../src/edge/refetch.ts';
import { PREFETCH_AFTER_MS } from '../../src/follow/changes/work.ts';
import type { DayFacts } from './facts.ts';
import type { Upstreams } from './upstreams.ts';
import { createRandom } from '../traffic/random.ts';

const SEED = 20_260_401;
/** PyPI's feed is asked every 20 s, and is itself some seconds behind. */
const SEEN_MS = { least: 10_000, most: 30_000 };
const TICK_MS = 1_000;
const AT_ONCE = 6;
const RANKED = { add: false, maxMembers: 20_000, ttlSeconds: 30 * 86_400 };

/** What the follower does to the edge. */
export interface EdgeCommands {
  readonly purge: (project: string) => void;
  readonly purgeDownloads: (project: string) => void;
  /** Fetches the badges anew that the edge has of a project. */
  readonly refresh: (project: string) => Promise<void>;
}

/** The follower of the releases on a simulated clock: its real queue, refetches and daily round of downloads. */
export interface DayFollower {
  readonly publish: (project: string) => void;
  /** To be called each second. */
  readonly tick: () => Promise<void>;
}

export async function createDayFollower(options: {
  readonly facts: DayFacts;
  readonly upstreams: Upstreams;
  readonly edges: EdgeCommands;
  readonly clock: () => number;
  /** Those whose downloads are asked for, the most wanted first. */
  readonly wanted: readonly string[];
}): Promise<DayFollower> {
  const { facts, upstreams, edges, clock, wanted } = options;
  const { store } = facts;
  const random = createRandom(SEED);
  const queue = createChangeQueue();
  const later = createAgenda(clock);
  const stepDownloads = followDownloads(facts, edges, clock);
  const scores = wanted.map((project, rank): [string, number] => [project, wanted.length - rank]);
  await store.rank(FOLLOW_KEYS.downloads, new Map(scores), RANKED);

  /** As in src/follow/changes/work.ts, without its waits. */
  const look = async (pending: Pending): Promise<void> => {
    const { project } = pending;
    const { isConfirmed, hasNewFacts, baseline, serial } = await refetch(facts, pending);
    const isNews = isConfirmed && !pending.isTold;
    const next = {
      ...pending,
      baseline: isConfirmed ? serial : baseline,
      isTold: isConfirmed || pending.isTold,
      attempt: isNews ? 0 : pending.attempt,
    };
    queue.settle(next, clock());
    if (!isNews && !hasNewFacts) return;
    edges.purge(project);
    later.add(SECOND_PURGE_MS, () => edges.purge(project));
    later.add(PREFETCH_AFTER_MS, () => edges.refresh(project));
  };

  const tick = async (): Promise<void> => {
    await later.doDue();
    for (const pending of queue.takeDue(clock(), AT_ONCE)) await look(pending);
    if (!facts.hasLoad) await stepDownloads();
  };

  return {
    publish(project) {
      const { release, atMs } = upstreams.truth(project);
      const change = { project, release: `${release}`, atMs };
      const seenMs = SEEN_MS.least + random() * (SEEN_MS.most - SEEN_MS.least);
      later.add(seenMs, () => void queue.add(change, clock()));
    },
    tick: () => upstreams.byFollower(tick),
  };
}

/** Takes as many steps of the daily round as have their time by now. */
function followDownloads(
  { store, downloads, pypistatsPerMinute }: DayFacts,
  edges: EdgeCommands,
  clock: () => number,
): () => Promise<void> {
  const daily = createDailyDownloads({
    store,
    downloads: {
      get: (project) => downloads.get(project),
      async refresh(project) {
        const refreshed = await downloads.refresh(project);
        edges.purgeDownloads(project);
        return refreshed;
      },
    },
    perMinute: pypistatsPerMinute,
    doneAtMs: undefined,
    clock,
  });
  let nextAtMs = 0;
  return async () => {
    nextAtMs = Math.max(nextAtMs, clock() - TICK_MS);
    while (nextAtMs <= clock()) nextAtMs += await daily.step();
  };
}

interface Agenda {
  readonly add: (waitMs: number, work: () => Promise<void> | void) => void;
  readonly doDue: () => Promise<void>;
}

/** What is to be done later: some dozens of things at a time. */
function createAgenda(clock: () => number): Agenda {
  let planned: { atMs: number; work: () => Promise<void> | void }[] = [];
  return {
    add: (waitMs, work) => void planned.push({ atMs: clock() + waitMs, work }),
    async doDue() {
      const due = planned.filter(({ atMs }) => atMs <= clock());
      if (due.length > 0) planned = planned.filter(({ atMs }) => atMs > clock());
      for (const { work } of due) await work();
    },
  };
}
