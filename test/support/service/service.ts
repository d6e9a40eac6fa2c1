import { Agent, type RequestInit, type Response, fetch } from 'undici';
import { onTestFinished } from 'vitest';
import { sampleProjects } from '../../../sample/projects/sample-projects.ts';
import { createStandIn, type StandIn, type StandInOptions } from '../../../sample/stand-in.ts';
import { serve } from '../../../src/commands/serve.ts';
import { NO_PYPI_BUDGET } from './no-budget.ts';
import { makeTempDirectory } from '../temp.ts';

/** The whole service over a sample index, on free ports, with its own cache. */
export interface TestService {
  readonly url: string;
  readonly adminUrl: string;
  readonly standIn: StandIn;
  readonly cacheDirectory: string;
  get(path: string, init?: RequestInit): Promise<Response>;
  /** Returns the JSON of a badge: label, message and color. */
  twin(path: string): Promise<unknown>;
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string>>;

/** Starts a sample index, optionally with other projects. The caller closes it. */
export async function startStandIn(
  projects: StandInOptions['projects'] = sampleProjects,
): Promise<StandIn> {
  const standIn = createStandIn({ projects });
  await standIn.listen();
  return standIn;
}

/** Starts the service as `pypins serve` does. The caller closes it and so the sample index. */
export async function startService(
  environment: Environment = {},
  standIn?: StandIn,
): Promise<TestService> {
  const upstream = standIn ?? (await startStandIn());
  const cache = await makeTempDirectory();
  const cacheDirectory = environment['CACHE_DIR'] ?? cache.path;
  const service = await serve({
    HOST: '127.0.0.1',
    PORT: '0',
    ADMIN_PORT: '0',
    LOG_LEVEL: 'silent',
    PYPI_URL: upstream.url,
    PYPISTATS_URL: upstream.url,
    ...NO_PYPI_BUDGET,
    CACHE_DIR: cacheDirectory,
    ...environment,
  });
  const agent = new Agent();
  const get = (path: string, init?: RequestInit): Promise<Response> =>
    fetch(service.url + path, { ...init, dispatcher: agent });
  return {
    url: service.url,
    adminUrl: service.adminUrl,
    standIn: upstream,
    cacheDirectory,
    get,
    twin: async (path) => (await get(path)).json(),
    async close() {
      // Closing would wait for an idle connection.
      await agent.destroy();
      await service.close();
      if (standIn === undefined) await upstream.close();
      await cache.remove();
    },
  };
}

/** As `startService`, closed when the test ends. */
export async function startServiceForTest(
  environment?: Environment,
  standIn?: StandIn,
): Promise<TestService> {
  const service = await startService(environment, standIn);
  onTestFinished(() => service.close());
  return service;
}
