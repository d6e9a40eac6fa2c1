import { type Stack, type StackOptions, startStack } from '../../../stack/start-stack.ts';
import { NO_PYPI_BUDGET } from './no-budget.ts';
import { requirePrograms } from '../programs.ts';
import { freePort } from '../redis/redis.ts';

export const PURGE_KEY = 'key-of-the-tests';

/** Starts the whole stack on free ports, without a sample index if `upstreamUrl` is given. The caller closes it. */
export async function startTestStack(
  options: {
    upstreamUrl?: string;
    settings?: Readonly<Record<string, string>>;
    edgeArguments?: readonly string[];
    followers?: number;
    onLine?: StackOptions['onLine'];
  } = {},
): Promise<Stack> {
  requirePrograms('redis-server', 'varnishd');
  const { upstreamUrl, settings, edgeArguments, onLine, followers } = options;
  return startStack({
    ports: {
      EDGE_PORT: await freePort(),
      PURGE_PORT: await freePort(),
      API1_PORT: await freePort(),
      API1_ADMIN_PORT: await freePort(),
      API2_PORT: await freePort(),
      API2_ADMIN_PORT: await freePort(),
      FOLLOW_ADMIN_PORT: await freePort(),
      REDIS_PORT: await freePort(),
      SAMPLE_PORT: await freePort(),
    },
    purgeKey: PURGE_KEY,
    withSample: upstreamUrl === undefined,
    settings: {
      LOG_LEVEL: 'silent',
      CONTACT: 'tests',
      ...NO_PYPI_BUDGET,
      ...(upstreamUrl !== undefined && { PYPI_URL: upstreamUrl, PYPISTATS_URL: upstreamUrl }),
      ...settings,
    },
    edgeArguments,
    followers,
    ...(onLine && { onLine }),
    environment: { PATH: process.env['PATH'] },
  });
}
