import closeWithGrace from 'close-with-grace';
import type { Command } from 'commander';
import { loadOnce } from '../../cache/load-once.ts';
import { createAccessLog, createRequestIds } from '../http/access-log.ts';
import { createSendAnswer } from '../http/badges/answer.ts';
import { createRateLimit, type RateLimit } from '../http/limits/rate-limit.ts';
import { type Overload, watchOverload } from '../http/limits/overload.ts';
import type { Pages } from '../http/pages/pages.ts';
import { createRefresh } from '../http/pages/refresh.ts';
import { createMicroCache } from '../http/badges/micro-cache.ts';
import { createSendBadge } from '../http/badges/send.ts';
import { createProbes, type Probes } from '../http/probes.ts';
import { createStatus } from '../http/pages/status.ts';
import { createApi } from '../http/api/api.ts';
import { createApiLimits } from '../http/api/limits.ts';
import { respondToBadRequest } from '../http/bad-request.ts';
import { type Config, type Environment, takePassedSocket } from '../config.ts';
import { createEdge } from '../edge/nodes.ts';
import { createLoadRecords } from '../downloads/loads.ts';
import { reportLoad } from '../downloads/report.ts';
import { createPropagations } from '../edge/propagations.ts';
import type { Handler, Listener } from '../http/server.ts';
import { type Services, createServices } from '../services.ts';
import { type Context, createContext } from './context.ts';
import { listenBy } from './listen.ts';

const STOP_DEADLINE_MS = 15_000;

/** `pypins serve`. */
export function define(command: Command): void {
  command.action(async () => {
    const service = await serve();
    closeWithGrace({ delay: STOP_DEADLINE_MS }, () => service.close());
  });
}

/** A running service. */
export interface RunningService {
  /** URL of the badges. */
  readonly url: string;
  /** URL of the admin port. */
  readonly adminUrl: string;
  /** Turns not ready, completes open requests, then closes everything. */
  close(): Promise<void>;
}

/**
 * Starts the service. Rejects with a `SettingsError` if the environment is invalid, or with a `CommandError` if a port
 * is taken.
 */
export async function serve(environment?: Environment): Promise<RunningService> {
  const context = createContext(environment, { servesBadges: true });
  const { config, log, metrics, version } = context;
  if (config.CONTACT === '')
    log.warn('CONTACT is not set: PyPI asks clients for a contact address');
  // Koa loads while the fonts are tested on other threads.
  const [services, { createApp }, { createAdminApp }] = await Promise.all([
    createServices(context),
    import('../http/app.ts'),
    import('../http/admin.ts'),
  ]);
  const probes = createProbes();

  const sendAnswer = createSendAnswer(services.pictures, config.CACHE_SECONDS_CEILING);
  const overload = watchOverload();
  const rateLimit = rateLimitOf(config, overload);
  const { sources, logos, popularity, follower } = services;
  const { isFollowing } = follower;
  const edge = createEdge(config);
  const propagations = createPropagations({ ...services, edge, log });
  const sendBadge = createSendBadge({ sources, sendAnswer, logos, popularity, isFollowing });
  const logAccess = createAccessLog({ log, metrics });
  const microCache = createMicroCache({
    memory: services.responses,
    logAccess,
    requestIdOf: createRequestIds(rateLimit.isTrusted),
    observe: (outcome) => metrics.tier('answers', outcome),
  });
  const badges = createApp({
    logos,
    rateLimit,
    log,
    logAccess,
    microCache,
    sendAnswer,
    sendBadge,
    openPages: loadOnce(() => openPages(context, services)),
    refresh: createRefresh({ propagations, store: services.store }),
    sendApi: createApi({ ...services.sources, charge: createApiLimits(config) }),
    isReady: probes.isReady,
  });
  const admin = createAdminApp({ metrics, ...probes }).callback();
  const listeners = await listenBoth(services, config, { badges, admin, probes });
  probes.succeed();
  log.info({ version, url: listeners.badges.url, admin: listeners.admin.url }, 'serving badges');

  return {
    url: listeners.badges.url,
    adminUrl: listeners.admin.url,
    async close() {
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

/** The pages are loaded when one is first requested: most processes serve badges alone. */
async function openPages({ config, version }: Context, services: Services): Promise<Pages> {
  const { createPages } = await import('../http/pages/pages.ts');
  const { follower, sources, store } = services;
  const records = createLoadRecords(store);
  const reportDownloads = sources.loaded && (() => reportLoad(records));
  const status = createStatus({ version, follower, sources, store, reportLoad: reportDownloads });
  const { hasTotals } = sources.counts;
  return createPages({ version, publicUrl: config.PUBLIC_URL, hasTotals, status });
}

function rateLimitOf(config: Config, { isLate }: Overload): RateLimit {
  return createRateLimit({
    perSecond: config.LIMIT_PER_SECOND,
    burst: config.LIMIT_BURST,
    trustedProxies: config.TRUSTED_PROXIES,
    exempt: config.LIMIT_EXEMPT,
    isLate,
  });
}

async function listenBoth(
  services: Services,
  config: Config,
  { badges, admin, probes }: { badges: Handler; admin: Handler; probes: Probes },
): Promise<{ badges: Listener; admin: Listener }> {
  try {
    const adminListener = await listenBy('ADMIN_HOST and ADMIN_PORT', admin, {
      host: config.ADMIN_HOST,
      port: config.ADMIN_PORT,
    });
    try {
      return {
        admin: adminListener,
        badges: await listenBy('HOST and PORT', badges, {
          host: config.HOST,
          port: config.PORT,
          descriptor: takePassedSocket(),
          probes,
          respondToBadRequest,
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
