import { composeSpec, type StyleOptions } from '../../badges/compose.ts';
import { BadgeError, faultMessage, toBadgeError } from '../../errors.ts';
import type { Answer, SendAnswer } from './answer.ts';
import type { BadgeContext, BadgeMiddleware } from '../state.ts';

/** Middleware: answers a failure with its error badge, in the requested format. */
export function errorsAsBadges(sendAnswer: SendAnswer): BadgeMiddleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const failure = toBadgeError(error);
      const { style, label } = ctx.state.parameters.styling;
      try {
        await sendAnswer(ctx, faultAnswer(ctx, failure, { style, label }));
      } catch (refusal) {
        if (!(refusal instanceof BadgeError)) throw refusal;
        // An error badge is always sent. Without the client's label there are only a few, which stay cached. Others may
        // have the label.
        const answer = faultAnswer(ctx, failure, { style });
        await sendAnswer(ctx, { ...answer, cacheClass: 'limited', isFree: true });
      }
    }
  };
}

function faultAnswer({ state }: BadgeContext, error: BadgeError, styling: StyleOptions): Answer {
  const { fault } = error;
  state.error = fault.verdict === 'not-found' || fault.verdict === 'invalid' ? undefined : error;
  const content = {
    label: fault.label ?? state.label,
    message: faultMessage(fault, state.grammar),
    color: fault.color,
  };
  return {
    spec: composeSpec(content, styling),
    fault,
    verdict: fault.verdict,
    cacheClass: fault.cacheClass,
    source: 'static',
    retryAfterSeconds: error.retryAfterSeconds,
  };
}
