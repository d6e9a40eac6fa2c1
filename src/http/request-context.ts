import { createRequestIds, type GiveAccount } from './access-log.ts';
import type { Limits } from './limits/rate-limit.ts';
import { readParameters } from './parameters.ts';
import { grammarOf, splitExtension } from './paths.ts';
import type { RememberedAnswers } from './badges/micro-cache.ts';
import { type BadgeContext, type BadgeMiddleware, type BadgeState, tiersOf } from './state.ts';

/**
 * The outermost middleware: reads what the URL alone tells, and when the answer is there, gives account of it and
 * remembers it.
 */
export function requestContext(options: {
  readonly giveAccount: GiveAccount;
  readonly remembered: RememberedAnswers;
  readonly limits: Limits;
}): BadgeMiddleware {
  const { giveAccount, remembered, limits } = options;
  const requestIdOf = createRequestIds(limits.isTrusted);
  return async (ctx, next) => {
    const state = (ctx.state = startState(ctx, limits, requestIdOf(ctx.req)));
    await next();
    const { method, path, status } = ctx;
    if (method === 'GET') remembered.remember(ctx.url, path, state);
    giveAccount({ ...state, method, path, status, tiers: tiersOf(state.steps) });
  };
}

function startState(ctx: BadgeContext, limits: Limits, requestId: string): BadgeState {
  const { path } = ctx;
  return {
    requestId,
    startedAtMs: performance.now(),
    parameters: readParameters(ctx.querystring),
    format: splitExtension(path).format ?? 'svg',
    grammar: grammarOf(path),
    kindId: 'none',
    label: 'pypi',
    project: undefined,
    verdict: 'ok',
    steps: [],
    charge: (cost) => limits.charge(ctx, cost),
    error: undefined,
    sent: undefined,
  };
}
