import closeWithGrace from 'close-with-grace';
import type { Command } from 'commander';
import { createEdge } from '../edge/nodes.ts';
import { createChangelogFeed } from '../follow/feeds/changelog.ts';
import { follow } from '../follow/follower.ts';
import { whileLeading } from '../follow/leader.ts';
import { createRssFeed } from '../follow/feeds/rss.ts';
import { createAdminApp } from '../http/admin.ts';
import { listen } from '../http/server.ts';
import { openSources } from '../services.ts';
import { createContext } from './context.ts';

const STOP_DEADLINE_MS = 15_000;

/** `pypins follow`. */
export function define(command: Command): void {
  command.action(runFollower);
}

/**
 * Follows PyPI's releases until SIGTERM or SIGINT, or stands by while another process leads. Rejects with a
 * `SettingsError`, or with the system's error if the port is taken.
 */
async function runFollower(): Promise<void> {
  const context = createContext();
  const { config, log, metrics, version } = context;
  const opened = await openSources(context, () => true);
  const stop = new AbortController();
  const admin = createAdminApp({ metrics, isReady: () => !stop.signal.aborted });
  const listener = await listen(admin.callback(), {
    host: config.ADMIN_HOST,
    port: config.FOLLOW_ADMIN_PORT,
  });
  log.info({ version, admin: listener.url }, 'ready to follow releases');

  const { pypi } = opened.sources;
  const running = whileLeading(opened.store, stop.signal, (signal) =>
    follow(
      {
        ...opened,
        feed: config.FOLLOW_FEED === 'rss' ? createRssFeed(pypi) : createChangelogFeed(pypi),
        edge: createEdge(config),
        pollMs: config.FOLLOW_SECONDS * 1000,
        pypistatsPerMinute: config.PYPISTATS_PER_MINUTE,
        log,
        observe: metrics.follower,
      },
      signal,
    ),
  );
  closeWithGrace({ delay: STOP_DEADLINE_MS }, async () => {
    stop.abort();
    await running;
    await opened.close();
    await listener.stop();
    await context.closeLog();
  });
}
