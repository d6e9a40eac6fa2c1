import closeWithGrace from 'close-with-grace';
import type { Command } from 'commander';
import { createAccounts, createRequestIds } from '../http/access-log.ts';
import { createSendAnswer } from '../http/badges/answer.ts';
import { createLimits, type Limits } from '../http/limits/rate-limit.ts';
import { type Overload, watchOverload } from '../http/limits/overload.ts';
import { createRefresh } from '../http/pages/refresh.ts';
import { createRememberedAnswers } from '../http/badges/micro-cache.ts';
import { createSendBadge } from '../http/badges/send.ts';
import { createSendStatus } from '../http/pages/status.ts';
import { answerUnreadable } from '../http/bad-request.ts';
import { type Config, type Environment, takeHandedSocket } from '../config.ts';
import { createPropagations } from '../edge/propagations.ts';
import { type Handler, type Listener, listen } from '../http/server.ts';
import { type Services, createServices } from '../services.ts';
import { createContext } from './context.ts';

const STOP_DEADLINE_MS = 15_000;
/** The first badges come before what only a raster picture needs: the widths of letters take 0.1 s to load. */
const WARM_UP_AFTER_MS = 1_000;

/** `pypins serve`. */
export function define(command: Command): void {
  command.action(async () => {
    const service = await serve();
    closeWithGrace({ delay: STOP_DEADLINE_MS }, () => service.close());
  });
}

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
  const context = createContext(environment);
  const { config, log, metrics, version } = context;
  if (config.CONTACT === '')
    log.warn('CONTACT is not set: PyPI asks its clients to say whom to write to');
  // Koa is loaded while fonts are tried on other threads.
  const [services, { createApp }, { createAdminApp }] = await Promise.all([
    createServices(context),
    import('../http/app.ts'),
    import('../http/admin.ts'),
  ]);
  let ready = false;
  const isReady = (): boolean => ready;

  const sendAnswer = createSendAnswer(services.pictures, config.CACHE_SECONDS_CEILING);
  const overload = watchOverload();
  const limits = limitsOf(config, overload);
  const { sources, popularity, follower, store } = services;
  const { isFollowing } = follower;
  const edge = { urls: config.VARNISH_URLS, key: config.PURGE_KEY };
  const propagations = createPropagations({ ...services, edge, log });
  const sendBadge = createSendBadge({ sources, sendAnswer, popularity, isFollowing });
  const giveAccount = createAccounts({ log, metrics });
  const remembered = createRememberedAnswers({
    memory: services.answers,
    giveAccount,
    requestIdOf: createRequestIds(limits.isTrusted),
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
    refresh: createRefresh({ propagations, store }),
    isReady,
  });
  const admin = createAdminApp({ metrics, isReady });
  const listeners = await listenBoth(config, services, handle, admin.callback());
  ready = true;
  const warmUp = setTimeout(() => void services.warmUp(), WARM_UP_AFTER_MS).unref();
  log.info({ version, url: listeners.badges.url, admin: listeners.admin.url }, 'serving badges');

  return {
    url: listeners.badges.url,
    adminUrl: listeners.admin.url,
    async close() {
      ready = false;
      clearTimeout(warmUp);
      await listeners.badges.stop();
      overload.close();
      await propagations.close();
      await services.close();
      await listeners.admin.stop();
      log.info('stopped');
      await context.closeLog();
    },
  };
}

function limitsOf(config: Config, { isLate }: Overload): Limits {
  return createLimits({
    perSecond: config.LIMIT_PER_SECOND,
    burst: config.LIMIT_BURST,
    trustedProxies: config.TRUSTED_PROXIES,
    exempt: config.LIMIT_EXEMPT,
    isLate,
  });
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
