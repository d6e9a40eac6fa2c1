import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Answer } from '../exchange.ts';
import { answerFault } from './xml-rpc.ts';

const WINDOW_SECONDS = 3600;
/** PyPI's own default (`XMLRPC_RATELIMIT_STRING`). */
export const CALLS_PER_HOUR = 3600;

/** Counts the calls of an address. */
export interface CallLimit {
  /** Counts a call, and gives the answer with its headers, or the fault in its place. */
  readonly count: (address: string, answer: () => Answer) => Promise<Answer>;
}

/** A limit of so many calls from an address in an hour. */
export function createCallLimit(callsPerHour = CALLS_PER_HOUR): CallLimit {
  const limiter = new RateLimiterMemory({ points: callsPerHour, duration: WINDOW_SECONDS });
  return {
    async count(address, answer) {
      const { remainingPoints, msBeforeNext } = await limiter.penalty(address);
      const resetSeconds = Math.floor(msBeforeNext / 1000);
      // PyPI counts first, and then refuses where nothing is left: the last call of the hour as well.
      if (remainingPoints === 0) return tooManyCalls(resetSeconds, callsPerHour);
      return withLimit(answer(), callsPerHour, remainingPoints, resetSeconds);
    },
  };
}

/** The fault of whoever has called too often, and may again after `resetSeconds`. A 200, as all faults are. */
export function tooManyCalls(resetSeconds: number, callsPerHour = CALLS_PER_HOUR): Answer {
  const fault = answerFault(
    -32_500,
    'HTTPTooManyRequests: The action could not be performed because there were too many requests by the client.' +
      ` Limit may reset in ${Math.max(1, resetSeconds)} seconds.`,
  );
  return withLimit(fault, callsPerHour, 0, resetSeconds);
}

/** The headers of draft-ietf-httpapi-ratelimit-headers-10, as PyPI sends them since June 2026. */
function withLimit(answer: Answer, quota: number, remaining: number, resetSeconds: number): Answer {
  const limit = {
    'ratelimit-policy': `"xmlrpc.client";q=${quota};w=${WINDOW_SECONDS};pk=:ip:`,
    ratelimit: `"xmlrpc.client";r=${remaining};t=${resetSeconds}`,
  };
  return { ...answer, headers: { ...answer.headers, ...limit } };
}
