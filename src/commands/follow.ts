import closeWithGrace from 'close-with-grace';
import type { Command } from 'commander';
import { createEdge } from '../edge/nodes.ts';
import { createChangelogFeed } from '../follow/feeds/changelog.ts';
import { follow } from '../follow/follower.ts';
import { whileLeading } from '../follow/leader.ts';
import { createRssFeed } from '../follow/feeds/rss.ts';
import { createAdminApp } from '../http/admin.ts';
import type { DailyLoad } from '../downloads/load/daily-load.ts';
import type { OpenedSources } from '../facts/sources.ts';
import { openSources, type ServicesOptions } from '../services.ts';
import { createContext } from './context.ts';
import { listenBy } from './listen.ts';

const STOP_DEADLINE_MS = 15_000;

/** `pypins follow`. */
export function define(command: Command): void {
  command.action(runFollower);
}

/**
 * Follows PyPI's releases until SIGTERM or SIGINT, or stands by while another process leads. Rejects with a
 * `SettingsError`, or with a `CommandError` if the port is taken.
 */
async function runFollower(): Promise<void> {
  const context = createContext();
  const { config, log, metrics, version } = context;
  const opened = await openSources(context, () => true);
  const stop = new AbortController();
  const admin = createAdminApp({ metrics, isReady: () => !stop.signal.aborted });
  const listener = await listenBy('ADMIN_HOST and FOLLOW_ADMIN_PORT', admin.callback(), {
    host: config.ADMIN_HOST,
    port: config.FOLLOW_ADMIN_PORT,
  });
  log.info({ version, admin: listener.url }, 'ready to follow releases');

  const { pypi } = opened.sources;
  const loading = await openDailyLoad({ ...context, ...opened });
  const running = whileLeading(opened.store, stop.signal, (signal) =>
    follow(
      {
        ...opened,
        feed: config.FOLLOW_FEED === 'rss' ? createRssFeed(pypi) : createChangelogFeed(pypi),
        edge: createEdge(config),
        pollMs: config.FOLLOW_SECONDS * 1000,
        pypistatsPerMinute: config.PYPISTATS_PER_MINUTE,
        dailyLoad: loading?.dailyLoad,
        log,
        observe: metrics.follower,
      },
      signal,
    ),
  );
  closeWithGrace({ delay: STOP_DEADLINE_MS }, async () => {
    stop.abort();
    await running;
    await loading?.clickhouse.close();
    await opened.close();
    await listener.stop();
    await context.closeLog();
  });
}

/** Opens what loads all download counts; the client of ClickHouse is loaded only where it is used. */
async function openDailyLoad(options: ServicesOptions & Pick<OpenedSources, 'store' | 'sources'>) {
  if (options.config.DOWNLOADS_SOURCE !== 'clickhouse') return undefined;
  const [{ createDailyLoad }, { openLoader }] = await Promise.all([
    import('../downloads/load/daily-load.ts'),
    import('../downloads/load/open-loader.ts'),
  ]);
  const loading = openLoader(options);
  const daily = createDailyLoad({ ...loading, log: options.log });
  const step: DailyLoad['step'] = async (signal) => {
    const restMs = await daily.step(signal);
    // For the metrics.
    await options.sources.loaded?.look();
    return restMs;
  };
  return { ...loading, dailyLoad: { step } };
}
