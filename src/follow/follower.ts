import type { Logger } from 'pino';
import type { EdgeOptions } from '../edge/purge.ts';
import type { OpenedSources, Sources } from '../sources.ts';
import { createChangeQueue } from './changes/queue.ts';
import { createDailyDownloads } from './daily-downloads.ts';
import type { Change } from './feeds/feed.ts';
import { createGapMender } from './changes/gap.ts';
import { EVERYTHING, isHeldWhole } from './changes/requested.ts';
import { createLatecomers } from './changes/latecomers.ts';
import { every } from './loops.ts';
import { createPoller, type PollerOptions } from './feeds/poller.ts';
import { createPurger } from './purger.ts';
import { createStateWriter, type FollowState, readState } from './state/state.ts';
import { writeStatus } from './state/status.ts';
import { createTally, type FollowerObserver } from './state/tally.ts';
import { createWork } from './changes/work.ts';

const WORK_MS = 100;
const TICK_MS = 1_000;
const BEAT_MS = 3_000;

export interface FollowerOptions
  extends
    Pick<OpenedSources, 'store' | 'messages'>,
    Pick<PollerOptions, 'feed' | 'pollMs' | 'pauses'> {
  readonly sources: Pick<Sources, 'projects' | 'downloads'>;
  readonly edge: EdgeOptions;
  readonly pypistatsPerMinute: number;
  readonly log: Logger;
  readonly observe: FollowerObserver;
  readonly clock?: () => number;
}

/**
 * Follows PyPI's releases until the signal aborts: asks the feed, refetches what is held of the projects that have changed
 * until PyPI tells of the change, and purges them at the edge. What must not be lost with this process stands in the store.
 */
export async function follow(options: FollowerOptions, signal: AbortSignal): Promise<void> {
  const { log } = options;
  const parts = await createParts(options);
  const { poller, queue, work, purger, gap, downloads, save, tell } = parts;
  const onFailure = (error: unknown): void => log.error({ err: error }, 'following failed');
  const poll = async (): Promise<number> => {
    const restMs = await poller.step(signal);
    // Before anything is done about it: the next leader has to know.
    await save();
    return restMs;
  };
  const steps: readonly [number, () => Promise<number | void>][] = [
    [options.pollMs, poll],
    [WORK_MS, work.refetchDue],
    [WORK_MS, work.purgeTold],
    [TICK_MS, work.refreshUrls],
    [TICK_MS, purger.tick],
    [TICK_MS, gap.step],
    [TICK_MS, downloads.step],
    [TICK_MS, save],
    [BEAT_MS, tell],
  ];
  log.info({ feed: options.feed.name }, 'following releases');
  // The leader before may have died between a refetch and its purge.
  await purger.purge(queue.snapshot().map(({ project }) => project));
  await Promise.all(steps.map(([restMs, step]) => every(signal, restMs, step, onFailure)));
  await work.settled();
  await save();
  log.info('follows no longer');
}

/** Everything that a leader works with, from where the one before it has come to. */
async function createParts(options: FollowerOptions) {
  const { feed, store, sources, edge, clock = Date.now } = options;
  const before = await readState(store, feed.name);
  const write = createStateWriter(store);
  const tally = createTally(feed.name, options.observe, clock);
  const queue = createChangeQueue(before?.pending);
  const positions = before?.nodes ?? {};
  const purger = createPurger({ edge, store, positions, observe: tally.purges, clock });
  const work = createWork({ ...options, clock, queue, purger, tally });
  const gap = createGapMender({
    store,
    projects: sources.projects,
    purge: purger.purge,
    gapAtMs: before?.gapAtMs,
    clock,
  });
  const downloads = createDailyDownloads({
    store,
    downloads: sources.downloads,
    perMinute: options.pypistatsPerMinute,
    doneAtMs: before?.downloadsAtMs,
    clock,
  });
  const concerning = createLatecomers(store, clock);
  const take = async (changes: readonly Change[], hasGap: boolean): Promise<void> => {
    const isWhole = await isHeldWhole(store);
    const held = isWhole ? await concerning(changes) : changes;
    tally.changes('followed', held.length);
    const hasRoom = held.map((change) => queue.add(change, clock())).every(Boolean);
    if (hasGap || !hasRoom || !isWhole) gap.open(clock());
    if (!isWhole) await purger.purge([EVERYTHING]);
  };
  const poller = createPoller({ ...options, position: before?.position, tally, take });
  const stateNow = (): FollowState => ({
    feed: feed.name,
    position: poller.position(),
    pending: queue.snapshot(),
    gapAtMs: gap.atMs(),
    nodes: purger.positions(),
    downloadsAtMs: downloads.doneAtMs(),
  });
  const tell = (): Promise<void> =>
    writeStatus(
      store,
      tally.status({
        isBehind: gap.atMs() !== undefined || purger.behind().length > 0,
        pending: queue.waiting(),
        nodesBehind: purger.behind(),
      }),
    );
  return { poller, queue, work, purger, gap, downloads, save: () => write(stateNow()), tell };
}
