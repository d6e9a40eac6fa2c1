import Koa from 'koa';
import type { Logger } from 'pino';
import { BadgeError } from '../errors.ts';
import type { Logos } from '../logos/logos.ts';
import { type Handler, PROBE_URL } from './server.ts';
import type { LogAccess } from './access-log.ts';
import type { SendAnswer } from './badges/answer.ts';
import { errorsAsBadges } from './badges/errors-as-badges.ts';
import { errorsAsPages } from './pages/errors-as-pages.ts';
import type { RateLimit } from './limits/rate-limit.ts';
import type { MicroCache } from './badges/micro-cache.ts';
import { requestContext } from './request-context.ts';
import { type Answers, createRoutes } from './routes.ts';
import type { BadgeMiddleware, BadgeState } from './state.ts';
import { createTargets } from './urls/target.ts';

/** Errors that the client or the network causes; not logged. */
const CLIENT_ERRORS = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ECANCELED']);

export interface AppOptions extends Answers {
  readonly log: Logger;
  readonly logAccess: LogAccess;
  readonly microCache: MicroCache;
  readonly sendAnswer: SendAnswer;
  readonly logos: Logos;
  readonly rateLimit: RateLimit;
  /** For the edge's probe at `/-/ready`: Varnish probes the port that it fetches from. */
  readonly isReady: () => boolean;
}

/** Creates the application. The order of its middleware is the order in which a request passes through it. */
export function createApp(options: AppOptions): Handler {
  const { log, microCache, sendAnswer, logos, isReady } = options;
  const app = new Koa<BadgeState>();
  const targets = createTargets();
  app.use(requestContext(options));
  app.use(errorsAsBadges(sendAnswer, logos));
  app.use(errorsAsPages(options.openPages));
  app.use(targets.refuseLong);
  app.use(createRoutes(options).routes());
  app.use(onlyGetAndHead);
  app.use(noSuchPath);
  app.on('error', (error: NodeJS.ErrnoException) => {
    if (!CLIENT_ERRORS.has(error.code ?? '')) log.error({ err: error }, 'answer failed');
  });
  const handle = app.callback();
  return async (request, response) => {
    targets.canonicalize(request);
    if (request.url === PROBE_URL) response.writeHead(isReady() ? 200 : 503).end();
    else if (!microCache.respond(request, response)) await handle(request, response);
  };
}

const onlyGetAndHead: BadgeMiddleware = (ctx, next) => {
  if (ctx.method === 'GET' || ctx.method === 'HEAD') return next();
  ctx.set('Allow', 'GET, HEAD');
  throw new BadgeError('method-not-allowed', `${ctx.method} is not served`);
};

const noSuchPath: BadgeMiddleware = () => {
  throw new BadgeError('no-badge', 'no such path');
};
