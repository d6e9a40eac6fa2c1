import { type GiveAccount, requestIdOf } from './account.ts';
import { readParameters } from './parameters.ts';
import { grammarOf, splitExtension } from './paths.ts';
import type { RememberedAnswers } from './remembered.ts';
import type { BadgeContext, BadgeMiddleware, BadgeState } from './state.ts';

/**
 * The outermost middleware: reads what the URL alone tells, and when the answer is there, gives account of it and
 * remembers it.
 */
export function requestContext(
  giveAccount: GiveAccount,
  remembered: RememberedAnswers,
): BadgeMiddleware {
  return async (ctx, next) => {
    const state = startState(ctx);
    ctx.state = state;
    ctx.set('X-Request-Id', state.requestId);
    await next();
    remembered.remember(ctx);
    giveAccount({
      ...state,
      method: ctx.method,
      path: ctx.path,
      status: ctx.status,
      tiers: ctx.response.get('X-Cache'),
    });
  };
}

function startState(ctx: BadgeContext): BadgeState {
  return {
    requestId: requestIdOf(ctx.req.headers['x-request-id']),
    startedAtMs: performance.now(),
    parameters: readParameters(ctx.querystring),
    format: splitExtension(ctx.path).format ?? 'svg',
    grammar: grammarOf(ctx.path),
    kindId: 'none',
    label: 'pypi',
    project: undefined,
    verdict: 'ok',
    steps: [],
    error: undefined,
  };
}
