import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Metrics } from '../metrics.ts';
import { readParameters } from './parameters.ts';
import { dialectOf, splitExtension } from './paths.ts';
import type { BadgeMiddleware, BadgeState } from './state.ts';

const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;
const MAX_LOGGED_PATH = 300;

/**
 * The outermost middleware: reads what the URL alone tells, gives the request its id, and afterwards counts it and
 * writes its one line of log. No address and no header of the client is logged.
 */
export function requestContext({
  log,
  metrics,
}: {
  log: Logger;
  metrics: Metrics;
}): BadgeMiddleware {
  return async (ctx, next) => {
    const given = ctx.get('X-Request-Id');
    const state: BadgeState = {
      requestId: REQUEST_ID.test(given) ? given : randomUUID(),
      startedAtMs: performance.now(),
      parameters: readParameters(ctx.querystring),
      format: splitExtension(ctx.path).format ?? 'svg',
      dialect: dialectOf(ctx.path),
      kindId: 'none',
      label: 'pypi',
      project: undefined,
      verdict: 'ok',
      steps: [],
      error: undefined,
    };
    ctx.state = state;
    ctx.set('X-Request-Id', state.requestId);
    await next();
    const seconds = (performance.now() - state.startedAtMs) / 1000;
    metrics.request({
      kind: state.kindId,
      verdict: state.verdict,
      format: state.format,
      status: ctx.status,
      seconds,
    });
    log[levelOf(state)](
      {
        id: state.requestId,
        method: ctx.method,
        path: ctx.path.slice(0, MAX_LOGGED_PATH),
        status: ctx.status,
        verdict: state.verdict,
        ms: Math.round(seconds * 1e5) / 100,
        ...Object.fromEntries(state.steps.map(({ name, tier }) => [name, tier])),
        ...(state.error === undefined ? {} : { err: state.error }),
      },
      'request',
    );
  };
}

/** A fault of ours is an error; one of the upstream, or too much work, a warning; all else is information. */
function levelOf({ verdict }: BadgeState): 'info' | 'warn' | 'error' {
  if (verdict === 'error') return 'error';
  return verdict === 'unavailable' || verdict === 'busy' ? 'warn' : 'info';
}
