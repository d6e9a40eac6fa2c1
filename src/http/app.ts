import Koa from 'koa';
import type { Logger } from 'pino';
import { BadgeError } from '../errors.ts';
import type { Handler } from './server.ts';
import type { GiveAccount } from './access-log.ts';
import type { SendAnswer } from './badges/answer.ts';
import { errorsAsBadges } from './badges/errors-as-badges.ts';
import type { Limits } from './limits/rate-limit.ts';
import type { RememberedAnswers } from './badges/micro-cache.ts';
import { requestContext } from './request-context.ts';
import { type Answers, createRoutes } from './routes.ts';
import type { BadgeMiddleware, BadgeState } from './state.ts';

/** Faults of a connection that say nothing about us. */
const CONNECTION_NOISE = new Set([
  'ECONNRESET',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ECANCELED',
]);

export interface AppOptions extends Answers {
  readonly log: Logger;
  readonly giveAccount: GiveAccount;
  readonly remembered: RememberedAnswers;
  readonly sendAnswer: SendAnswer;
  readonly limits: Limits;
  /** Asked by an edge's probe at `/-/ready`: it can probe only the port that it fetches from. */
  readonly isReady: () => boolean;
}

/** The application without a port: the life of a request, from the outside in. */
export function createApp(options: AppOptions): Handler {
  const { log, remembered, sendAnswer, isReady } = options;
  const app = new Koa<BadgeState>();
  app.use(requestContext(options));
  app.use(errorsAsBadges(sendAnswer));
  app.use(createRoutes(options).routes());
  app.use(onlyReading);
  app.use(nothingHere);
  app.on('error', (error: NodeJS.ErrnoException) => {
    if (!CONNECTION_NOISE.has(error.code ?? '')) log.error({ err: error }, 'answer failed');
  });
  const answerAnew = app.callback();
  return async (request, response) => {
    request.url = originForm(request.url ?? '/');
    if (request.url === '/-/ready') response.writeHead(isReady() ? 200 : 503).end();
    else if (!remembered.answer(request, response)) await answerAnew(request, response);
  };
}

/**
 * The path and query of a request target. "GET http://host/path" names us as well, and a fragment is the client's own;
 * Koa's parser throws for a host or credentials that cannot be.
 */
function originForm(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/#.*$/s, '');
  return path.startsWith('/') ? path : `/${path}`;
}

const onlyReading: BadgeMiddleware = (ctx, next) => {
  if (ctx.method === 'GET' || ctx.method === 'HEAD') return next();
  ctx.set('Allow', 'GET, HEAD');
  throw new BadgeError('method-not-allowed', `${ctx.method} is not served`);
};

const nothingHere: BadgeMiddleware = () => {
  throw new BadgeError('no-badge', 'no such path');
};
