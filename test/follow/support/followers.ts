import type { ChildProcess } from 'node:child_process';
import { pino } from 'pino';
import { onTestFinished, vi } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { createEdge, type Edge } from '../../../src/edge/nodes.ts';
import { createChangelogFeed } from '../../../src/follow/feeds/changelog.ts';
import { follow } from '../../../src/follow/follower.ts';
import { whileLeading } from '../../../src/follow/leader.ts';
import { createRssFeed } from '../../../src/follow/feeds/rss.ts';
import { readState } from '../../../src/follow/state/state.ts';
import { createMetrics } from '../../../src/metrics.ts';
import { openSources } from '../../../src/services.ts';
import { startCli } from '../../support/service/cli.ts';
import { tempDirectoryForTest } from '../../support/temp.ts';
import type { Scene } from './scene.ts';

const PATIENCE = { timeout: 60_000, interval: 100 };
/** A hundred times as fast as it really is. */
const POLL_MS = 200;
const PAUSES = { firstMs: 200, maxMs: 1_200 };

/** A follower in this process, that asks its feed a hundred times as often as one does. */
export interface FollowerHere {
  /** Ends it as SIGTERM would. */
  stop(): Promise<void>;
}

export interface FollowHereOptions {
  readonly feed?: 'rss' | 'changelog';
  readonly settings?: Readonly<Record<string, string>>;
  readonly clock?: () => number;
  /** By default the settings' own. */
  readonly edge?: Edge;
  /** Processes of the API know by its lease that a follower lives. */
  readonly hasLease?: boolean;
}

/** Starts one, and waits until it has a feed and no gap. It is gone when the test is. */
export async function followHere(
  scene: Scene,
  { feed = 'rss', settings = {}, clock = Date.now, edge, hasLease = false }: FollowHereOptions = {},
): Promise<FollowerHere> {
  const CACHE_DIR = await tempDirectoryForTest();
  const config = readConfig({ ...scene.settings, CACHE_DIR, ...settings });
  const metrics = createMetrics('test');
  const log = pino({ level: 'silent' });
  const opened = await openSources({ config, log, metrics, version: 'test' }, () => true);
  const ending = new AbortController();
  const options = {
    ...opened,
    feed:
      feed === 'rss'
        ? createRssFeed(opened.sources.pypi)
        : createChangelogFeed(opened.sources.pypi),
    edge: edge ?? createEdge(config),
    pollMs: POLL_MS,
    pauses: PAUSES,
    pypistatsPerMinute: config.PYPISTATS_PER_MINUTE,
    log,
    observe: metrics.follower,
    clock,
  };
  const running = hasLease
    ? whileLeading(opened.store, ending.signal, (signal) => follow(options, signal))
    : follow(options, ending.signal);
  const stop = async (): Promise<void> => {
    if (ending.signal.aborted) return;
    ending.abort();
    await running;
    await opened.close();
  };
  onTestFinished(stop);
  await untilFollowing(scene, feed);
  return { stop };
}

/** Starts `pypins follow` in a process of its own, which asks its feed as often as it may. It is gone when the test is. */
export async function followApart(
  scene: Scene,
  settings: Readonly<Record<string, string>> = {},
): Promise<ChildProcess> {
  const { child } = await startCli(['follow'], {
    ...scene.settings,
    FOLLOW_ADMIN_PORT: '0',
    FOLLOW_SECONDS: '5',
    ...settings,
  });
  return child;
}

/** A clock that goes so many times as fast as it should. */
export function fastClock(times: number): () => number {
  const startedAtMs = Date.now();
  return () => startedAtMs + times * (Date.now() - startedAtMs);
}

/** Whoever leads has a feed, and no gap. */
export async function untilFollowing(
  scene: Scene,
  feed: 'rss' | 'changelog' = 'rss',
): Promise<void> {
  await vi.waitUntil(async () => {
    const state = await readState(scene.store, feed);
    return state?.position !== undefined && state.gapAtMs === undefined;
  }, PATIENCE);
}
