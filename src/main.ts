import { createAccounts } from './http/account.ts';
import { createAdminApp } from './http/admin.ts';
import { createSendAnswer } from './http/answer.ts';
import { createApp } from './http/app.ts';
import { createLimits } from './http/limits.ts';
import { watchOverload } from './http/overload.ts';
import { createRefresh } from './http/refresh.ts';
import { createRememberedAnswers } from './http/remembered.ts';
import { createSendBadge } from './http/send-badge.ts';
import { createSendStatus } from './http/status.ts';
import { answerUnreadable } from './http/unreadable.ts';
import { type Config, type Environment, readConfig, takeHandedSocket } from './config.ts';
import { createPublisher } from './follow/publisher.ts';
import { type Handler, type Listener, listen } from './lifecycle.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { type Services, createServices } from './services.ts';
import { readVersion } from './version.ts';

/** The service, while it runs. */
export interface RunningService {
  /** Where badges are. */
  readonly url: string;
  /** Where operators look. */
  readonly adminUrl: string;
  /** Turns not ready, lets what is under way end, then lets go of everything. */
  close(): Promise<void>;
}

/**
 * Starts the whole service. Rejects with a `SettingsError` when the environment does not fit, with the system's error
 * when a port is taken.
 */
export async function serve(environment?: Environment): Promise<RunningService> {
  const config = readConfig(environment);
  const version = readVersion();
  const { log, close: closeLog } = createLog(config.LOG_LEVEL);
  const metrics = createMetrics(version);
  if (config.CONTACT === '')
    log.warn('CONTACT is not set: PyPI asks its clients to say whom to write to');
  const services = await createServices({ config, log, metrics, version });
  let ready = false;
  const isReady = (): boolean => ready;

  const sendAnswer = createSendAnswer(services.pictures, config.CACHE_SECONDS_CEILING);
  const overload = watchOverload();
  const limits = createLimits({
    perSecond: config.LIMIT_PER_SECOND,
    burst: config.LIMIT_BURST,
    trustedProxies: config.TRUSTED_PROXIES,
    exempt: config.LIMIT_EXEMPT,
    isLate: overload.isLate,
  });
  const { sources, demand, follower, store } = services;
  const { isFollowing } = follower;
  const edge = { urls: config.VARNISH_URLS, key: config.PURGE_KEY };
  const publisher = createPublisher({ ...services, edge, log });
  const sendBadge = createSendBadge({ sources, sendAnswer, demand, isFollowing });
  const giveAccount = createAccounts({ log, metrics });
  const remembered = createRememberedAnswers({
    memory: services.answers,
    giveAccount,
    observe: (outcome) => metrics.tier('answers', outcome),
  });
  const handle = createApp({
    limits,
    log,
    giveAccount,
    remembered,
    sendAnswer,
    sendBadge,
    sendStatus: createSendStatus({ version, follower, sources, store }),
    refresh: createRefresh({ publisher, store }),
    isReady,
  });
  const admin = createAdminApp({ metrics, isReady });
  const listeners = await listenBoth(config, services, handle, admin.callback());
  ready = true;
  log.info({ version, url: listeners.badges.url, admin: listeners.admin.url }, 'serving badges');

  return {
    url: listeners.badges.url,
    adminUrl: listeners.admin.url,
    async close() {
      ready = false;
      await listeners.badges.stop();
      overload.close();
      await publisher.close();
      await services.close();
      await listeners.admin.stop();
      log.info('stopped');
      await closeLog();
    },
  };
}

async function listenBoth(
  config: Config,
  services: Services,
  badges: Handler,
  admin: Handler,
): Promise<{ badges: Listener; admin: Listener }> {
  try {
    const adminListener = await listen(admin, { host: config.ADMIN_HOST, port: config.ADMIN_PORT });
    try {
      return {
        admin: adminListener,
        badges: await listen(badges, {
          host: config.HOST,
          port: config.PORT,
          descriptor: takeHandedSocket(),
          answerUnreadable,
        }),
      };
    } catch (error) {
      await adminListener.stop();
      throw error;
    }
  } catch (error) {
    await services.close();
    throw error;
  }
}
