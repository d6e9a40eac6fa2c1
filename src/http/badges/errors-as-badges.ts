import { composeSpec, type Looks } from '../../badges/compose.ts';
import { BadgeError, faultMessage, toBadgeError } from '../../errors.ts';
import type { Answer, SendAnswer } from './answer.ts';
import type { BadgeContext, BadgeMiddleware } from '../state.ts';

/** Turns whatever went wrong into the contract's badge for it, in the format that was asked for. */
export function errorsAsBadges(sendAnswer: SendAnswer): BadgeMiddleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const failure = toBadgeError(error);
      const { style, label } = ctx.state.parameters.looks;
      try {
        await sendAnswer(ctx, faultAnswer(ctx, failure, { style, label }));
      } catch (refusal) {
        if (!(refusal instanceof BadgeError)) throw refusal;
        // A fault's picture must always come. Of those that nobody has changed there are few.
        await sendAnswer(ctx, { ...faultAnswer(ctx, failure, { style }), isFree: true });
      }
    }
  };
}

function faultAnswer({ state }: BadgeContext, error: BadgeError, looks: Looks): Answer {
  const { fault } = error;
  state.error = fault.verdict === 'not-found' || fault.verdict === 'invalid' ? undefined : error;
  const content = {
    label: fault.label ?? state.label,
    message: faultMessage(fault, state.grammar),
    color: fault.color,
  };
  return {
    spec: composeSpec(content, looks),
    fault,
    verdict: fault.verdict,
    cacheClass: fault.cacheClass,
    source: 'static',
    retryAfterSeconds: error.retryAfterSeconds,
  };
}
