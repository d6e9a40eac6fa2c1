import type { Logger } from 'pino';
import type { Edge } from '../edge/nodes.ts';
import type { OpenedSources, Sources } from '../facts/sources.ts';
import { EVERYTHING } from '../edge/tags.ts';
import type { DailyLoad } from '../downloads/load/daily-load.ts';
import type { FollowerObserver } from '../metrics.ts';
import { createGapRepair } from './changes/gap.ts';
import { createLatecomers } from './changes/latecomers.ts';
import { createChangeQueue } from './changes/queue.ts';
import { isRankingComplete } from './changes/requested.ts';
import { createWork } from './changes/work.ts';
import { createDailyDownloads } from './daily-downloads.ts';
import type { Change } from './feeds/feed.ts';
import { createPoller, type PollerOptions } from './feeds/poller.ts';
import { every } from './loops.ts';
import { createPurger, type PurgerOptions } from './purger.ts';
import { createStateWriter, type FollowState, readState } from './state/state.ts';
import { createStatusWriter } from './state/status.ts';
import { createTally } from './state/tally.ts';

const WORK_MS = 100;
const TICK_MS = 1_000;
const STATUS_MS = 3_000;

export interface FollowerOptions
  extends
    Pick<OpenedSources, 'store' | 'messages'>,
    Pick<PollerOptions, 'feed' | 'pollMs' | 'pauses'> {
  readonly sources: Pick<Sources, 'projects' | 'simple' | 'downloads'>;
  readonly edge: Edge;
  readonly pypistatsPerMinute: number;
  /** Loads all download counts once a day; without it, those of pypistats.org are refreshed one by one. */
  readonly dailyLoad?: DailyLoad | undefined;
  readonly log: Logger;
  readonly observe: FollowerObserver;
  readonly clock?: () => number;
}

/**
 * Follows PyPI's releases until the signal aborts: polls the feed, refetches changed projects until PyPI's page shows the
 * change, and purges their badges at the edge. Its progress is in the store, for the next leader.
 */
export async function follow(options: FollowerOptions, signal: AbortSignal): Promise<void> {
  const { log } = options;
  const parts = await createParts(options);
  const { poller, queue, work, purger, gap, downloads, save, report } = parts;
  const onFailure = (error: unknown): void => log.error({ err: error }, 'following failed');
  const poll = async (): Promise<number> => {
    const restMs = await poller.step(signal);
    // Saved before anything is done about the changes, so that the next leader knows them.
    await save();
    return restMs;
  };
  const steps: readonly [number, () => Promise<number | void>][] = [
    [options.pollMs, poll],
    [WORK_MS, work.refetchDue],
    [WORK_MS, work.purgeConfirmed],
    [TICK_MS, work.prefetchUrls],
    [TICK_MS, purger.tick],
    [TICK_MS, gap.step],
    [TICK_MS, () => options.dailyLoad?.step(signal) ?? downloads.step()],
    [TICK_MS, save],
    [STATUS_MS, report],
  ];
  log.info({ feed: options.feed.name }, 'following releases');
  // The previous leader may have died between a refetch and its purge.
  await purger.purge(queue.snapshot().map(({ project }) => project));
  await Promise.all(steps.map(([restMs, step]) => every(signal, restMs, step, onFailure)));
  await work.settled();
  await save();
  options.observe.nodes(new Map());
  log.info('stopped following releases');
}

/** Everything a leader needs, starting from the progress of the previous one. */
async function createParts(options: FollowerOptions) {
  const { feed, store, sources, edge, log, clock = Date.now } = options;
  const before = await readState(store, feed.name);
  const write = createStateWriter(store);
  const tell = createStatusWriter(store);
  const tally = createTally(feed.name, options.observe, clock);
  const queue = createChangeQueue(before?.pending);
  const positions = before?.nodes ?? {};
  const observers = { observe: tally.purges, ...tellOfNodes(log) };
  const purger = await createPurger({ edge, store, positions, clock, ...observers });
  const work = createWork({ ...options, clock, queue, purger, tally });
  const gap = createGapRepair({
    store,
    sources,
    purge: async (projects) => void (await purger.purge(projects)),
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
  const filter = createLatecomers(store, clock);
  const take = async (changes: readonly Change[], hasGap: boolean): Promise<void> => {
    const isComplete = await isRankingComplete(store);
    const followed = isComplete ? await filter(changes) : changes;
    tally.changes('followed', followed.length);
    const hasRoom = followed.map((change) => queue.add(change, clock())).every(Boolean);
    if (hasGap || !hasRoom || !isComplete) gap.open(clock());
    if (isComplete) return;
    const { failed } = await purger.purge([EVERYTHING]);
    log.info({ failed }, 'everything purged: what readers have requested is not known');
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
  const report = async (): Promise<void> => {
    const nodesBehind = purger.behind();
    const isBehind = gap.atMs() !== undefined || nodesBehind.length > 0;
    tally.nodes(purger.nodes());
    await tell(tally.status({ isBehind, pending: queue.unconfirmed(), nodesBehind }));
  };
  return { poller, queue, work, purger, gap, downloads, save: () => write(stateNow()), report };
}

/** Logs which nodes there are, and once when a node begins to take no purges, and once when that is over. */
function tellOfNodes(log: Logger): Pick<PurgerOptions, 'onNode' | 'onNodes'> {
  return {
    onNodes: (nodes) => log.info({ nodes }, 'the edge has these nodes now'),
    onNode(node, reason) {
      if (reason === undefined) log.info({ node }, 'a node has taken all missed purges');
      else log.warn({ node, reason }, 'a node takes no purges: they are repeated until it does');
    },
  };
}
