import type { Config } from '../../config.ts';
import { type ClientRequest, createRateLimit } from '../limits/rate-limit.ts';

/** pypistats.org's limits: "5 per second", "30 per minute" (pypistats/run.py). */
const LIMITS = [
  { perSecond: 5, burst: 5 },
  { perSecond: 30 / 60, burst: 30 },
] as const;

/** Returns what charges a client for a request that misses the caches. Throws a `limited` error beyond the limits. */
export function createApiLimits(
  config: Pick<Config, 'TRUSTED_PROXIES' | 'LIMIT_EXEMPT'>,
): (request: ClientRequest) => void {
  const clients = { trustedProxies: config.TRUSTED_PROXIES, exempt: config.LIMIT_EXEMPT };
  const limits = LIMITS.map((limit) => createRateLimit({ ...limit, ...clients }));
  return (request) => {
    for (const limit of limits) limit.charge(request);
  };
}
