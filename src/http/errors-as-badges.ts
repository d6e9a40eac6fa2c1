import { composeSpec } from '../badges/compose.ts';
import { type BadgeError, faultMessage, toBadgeError } from '../errors.ts';
import type { SendAnswer } from './answer.ts';
import type { BadgeContext, BadgeMiddleware } from './state.ts';

/** Turns whatever went wrong into the contract's badge for it, in the format that was asked for. */
export function errorsAsBadges(sendAnswer: SendAnswer): BadgeMiddleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      await sendFault(ctx, toBadgeError(error), sendAnswer);
    }
  };
}

async function sendFault(
  ctx: BadgeContext,
  error: BadgeError,
  sendAnswer: SendAnswer,
): Promise<void> {
  const { state } = ctx;
  const { fault } = error;
  state.error = fault.verdict === 'not-found' || fault.verdict === 'invalid' ? undefined : error;
  const { style, label } = state.parameters.looks;
  const saying = {
    label: fault.label ?? state.label,
    message: faultMessage(fault, state.dialect),
    color: fault.color,
  };
  await sendAnswer(ctx, {
    spec: composeSpec(saying, { style, label }),
    fault,
    verdict: fault.verdict,
    cacheClass: fault.cacheClass,
    source: 'static',
    retryAfterSeconds: error.retryAfterSeconds,
    // A fault's picture must always come: it counts towards nobody's limit.
    admit: () => undefined,
  });
}
