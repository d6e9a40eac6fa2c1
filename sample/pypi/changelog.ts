import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Answer } from '../exchange.ts';
import type { Changelog } from './journal.ts';
import { answerFault, answerValue, parseCall } from './xml-rpc.ts';

const WINDOW_SECONDS = 3600;
/** PyPI's default (`XMLRPC_RATELIMIT_STRING`). */
const CALLS_PER_HOUR = 3600;

/** Answers the XML-RPC call in a request's body; counts those that PyPI counts for the client's address. */
export type AnswerCall = (body: string, address: string, changelog: Changelog) => Promise<Answer>;

/** Returns what answers the two methods that PyPI still has, to each address so many times in an hour. */
export function createChangelogMethods(callsPerHour = CALLS_PER_HOUR): AnswerCall {
  const limiter = new RateLimiterMemory({ points: callsPerHour, duration: WINDOW_SECONDS });
  return async (body, address, changelog) => {
    const call = parseCall(body);
    if (!call) return answerFault(-32_700, 'parse error; not well formed');
    const answer = answerMethod(call.method, call.args[0], changelog);
    if (!answer) return answerFault(-32_601, 'server error; requested method not found');
    const { remainingPoints, msBeforeNext } = await limiter.penalty(address);
    const resetSeconds = Math.floor(msBeforeNext / 1000);
    // PyPI counts before it refuses: the last call of the hour is refused as well.
    if (remainingPoints === 0) return tooManyCalls(resetSeconds, callsPerHour);
    return withLimit(answer, callsPerHour, remainingPoints, resetSeconds);
  };
}

/** Returns the fault of a client that has called too often, and may call again after `resetSeconds`. */
export function tooManyCalls(resetSeconds: number, callsPerHour = CALLS_PER_HOUR): Answer {
  const fault = answerFault(
    -32_500,
    'HTTPTooManyRequests: The action could not be performed because there were too many requests by the client.' +
      ` Limit may reset in ${Math.max(1, resetSeconds)} seconds.`,
  );
  return withLimit(fault, callsPerHour, 0, resetSeconds);
}

function answerMethod(
  method: string,
  serial: number | undefined,
  changelog: Changelog,
): Answer | undefined {
  if (method === 'changelog_last_serial') return answerValue(changelog.lastSerial);
  if (method !== 'changelog_since_serial') return undefined;
  if (serial === undefined) {
    return answerFault(-32_602, 'client error; serial: Missing required argument');
  }
  const rows = changelog.since(serial);
  return answerValue(
    rows.map((row) => [row.name, row.version, Math.floor(row.atMs / 1000), row.action, row.serial]),
  );
}

/** The headers of draft-ietf-httpapi-ratelimit-headers-10, which PyPI sends since June 2026. */
function withLimit(answer: Answer, quota: number, remaining: number, resetSeconds: number): Answer {
  const limit = {
    'ratelimit-policy': `"xmlrpc.client";q=${quota};w=${WINDOW_SECONDS};pk=:ip:`,
    ratelimit: `"xmlrpc.client";r=${remaining};t=${resetSeconds}`,
  };
  return { ...answer, headers: { ...answer.headers, ...limit } };
}
