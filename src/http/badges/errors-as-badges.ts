import type { StyleOptions } from '../../badges/compose.ts';
import { BadgeError, faultMessage, toBadgeError } from '../../errors.ts';
import type { Logos } from '../../logos/logos.ts';
import type { Answer, SendAnswer } from './answer.ts';
import { composeBadge } from './compose-badge.ts';
import type { BadgeContext, BadgeMiddleware } from '../state.ts';

/** Middleware: answers a failure with its error badge, in the requested format. */
export function errorsAsBadges(sendAnswer: SendAnswer, logos: Logos): BadgeMiddleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const failure = toBadgeError(error);
      const { style, label, logo } = ctx.state.parameters.styling;
      const answerWith = (styling: StyleOptions) => faultAnswer(ctx, logos, failure, styling);
      try {
        await sendAnswer(ctx, await answerWith({ style, label, logo }));
      } catch (refusal) {
        if (!(refusal instanceof BadgeError)) throw refusal;
        // An error badge is always sent. Without the client's label and logo there are only a few, which stay cached.
        // Others may have the label.
        const answer = await answerWith({ style });
        await sendAnswer(ctx, { ...answer, cacheClass: 'limited', isFree: true });
      }
    }
  };
}

async function faultAnswer(
  ctx: BadgeContext,
  logos: Logos,
  error: BadgeError,
  styling: StyleOptions,
): Promise<Answer> {
  const { state } = ctx;
  const { fault } = error;
  state.error = fault.verdict === 'not-found' || fault.verdict === 'invalid' ? undefined : error;
  const content = {
    label: fault.label ?? state.label,
    message: faultMessage(fault, state.grammar),
    color: fault.color,
  };
  return {
    spec: await composeBadge(ctx, logos, content, styling),
    fault,
    verdict: fault.verdict,
    cacheClass: fault.cacheClass,
    source: 'static',
    retryAfterSeconds: error.retryAfterSeconds,
  };
}
