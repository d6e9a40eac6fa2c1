import { inTrace, readTrace } from '../trace.ts';
import { createRequestIds, type LogAccess } from './access-log.ts';
import type { RateLimit } from './limits/rate-limit.ts';
import { readParameters } from './urls/parameters.ts';
import { grammarOf, iconRuleOf, splitExtension } from './urls/paths.ts';
import type { MicroCache } from './badges/micro-cache.ts';
import { type BadgeContext, type BadgeMiddleware, type BadgeState, tiersOf } from './state.ts';

/**
 * The outermost middleware: sets the state from the URL, and after the response logs it and offers it to the
 * micro-cache.
 */
export function requestContext(options: {
  readonly logAccess: LogAccess;
  readonly microCache: MicroCache;
  readonly rateLimit: RateLimit;
}): BadgeMiddleware {
  const { logAccess, microCache, rateLimit } = options;
  const requestIdOf = createRequestIds(rateLimit.isTrusted);
  return async (ctx, next) => {
    const state = (ctx.state = startState(ctx, rateLimit, requestIdOf(ctx.req)));
    await inTrace(state.trace, next);
    const { method, path, status } = ctx;
    if (method === 'GET') microCache.store(ctx.url, path, state);
    logAccess({ ...state, method, path, status, tiers: tiersOf(state.steps) });
  };
}

function startState(ctx: BadgeContext, rateLimit: RateLimit, requestId: string): BadgeState {
  const { path } = ctx;
  return {
    requestId,
    trace: readTrace(ctx.req.headers['traceparent']),
    startedAtMs: performance.now(),
    parameters: readParameters(ctx.querystring, iconRuleOf(path)),
    format: splitExtension(path).format ?? 'svg',
    grammar: grammarOf(path),
    kindId: 'none',
    label: 'pypi',
    project: undefined,
    index: undefined,
    verdict: 'ok',
    steps: [],
    charge: (cost) => rateLimit.charge(ctx, cost),
    error: undefined,
    sent: undefined,
  };
}
