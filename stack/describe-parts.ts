import { mkdir } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { answers, type PartOptions } from './part.ts';
import type { StackPorts } from './ports.ts';
import { PYPINS, SHARED_CODE } from './program.ts';

/** Redis keeps only facts that can be fetched again. A test compares this with docker-compose.yml. */
export const REDIS_ARGUMENTS: readonly string[] = ['--save', '', '--appendonly', 'no'].concat([
  '--maxmemory',
  '128mb',
  '--maxmemory-policy',
  'allkeys-lru',
]);

/** Options shared by all parts. */
export interface SiteOptions {
  readonly ports: StackPorts;
  readonly purgeKey: string;
  /** Settings of the API's processes that extend or override those of the stack. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Size of varnishd; `EDGE_ARGUMENTS` by default. */
  readonly edgeArguments?: readonly string[] | undefined;
  /** Number of followers, of which one leads and the others stand by; 0 by default. */
  readonly followers?: number | undefined;
  /** With `false`, the settings name the upstreams. */
  readonly withSample?: boolean;
  /** Environment of all parts, with at least `PATH`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function describeRedis({ ports, environment }: SiteOptions, directory: string): PartOptions {
  return {
    name: 'redis',
    program: 'redis-server',
    args: ['--port', `${ports.REDIS_PORT}`, '--bind', '127.0.0.1', '--dir', directory].concat(
      REDIS_ARGUMENTS,
    ),
    settings: {},
    environment,
    isReady: () => listens(ports.REDIS_PORT),
  };
}

export function describeSample({ ports, environment }: SiteOptions): PartOptions {
  return {
    name: 'sample',
    program: process.execPath,
    args: [join(import.meta.dirname, 'sample-index.ts')],
    settings: { SAMPLE_PORT: `${ports.SAMPLE_PORT}` },
    environment,
    isReady: () => answers(urlOf(ports.SAMPLE_PORT)),
  };
}

export function describeNode(
  options: SiteOptions,
  directory: string,
  number: 1 | 2,
): Promise<PartOptions> {
  const port = options.ports[`API${number}_PORT`];
  const adminPort = options.ports[`API${number}_ADMIN_PORT`];
  return describeProgram(options, directory, {
    name: `api${number}`,
    command: 'serve',
    settings: { PORT: `${port}`, ADMIN_PORT: `${adminPort}` },
    isReady: () => answers(`${urlOf(adminPort)}/readyz?by=edge`, true),
  });
}

/** Followers have consecutive ports. */
export function describeFollower(
  options: SiteOptions,
  directory: string,
  number: number,
): Promise<PartOptions> {
  const port = options.ports.FOLLOW_ADMIN_PORT + number - 1;
  return describeProgram(options, directory, {
    name: `follower${number}`,
    command: 'follow',
    settings: { FOLLOW_ADMIN_PORT: `${port}` },
    isReady: () => answers(`${urlOf(port)}/readyz`, true),
  });
}

interface OwnProgram extends Pick<PartOptions, 'name' | 'settings' | 'isReady'> {
  readonly command: string;
}

/** Describes a pypins process with its own cache and the common settings. */
async function describeProgram(
  options: SiteOptions,
  directory: string,
  { name, command, settings, isReady }: OwnProgram,
): Promise<PartOptions> {
  const { ports, withSample = true } = options;
  const cache = join(directory, name);
  await mkdir(cache);
  const sampleUrl = urlOf(ports.SAMPLE_PORT);
  return {
    name,
    program: PYPINS,
    args: [command],
    settings: {
      ...(withSample && {
        PYPI_URL: sampleUrl,
        PYPISTATS_URL: sampleUrl,
        PYPI_PER_MINUTE: '10000000',
      }),
      HOST: '127.0.0.1',
      ...settings,
      REDIS_URL: redisUrlOf(ports),
      CACHE_DIR: cache,
      TRUSTED_PROXIES: '127.0.0.0/8',
      VARNISH_URLS: urlOf(ports.PURGE_PORT),
      PURGE_KEY: options.purgeKey,
      ...options.settings,
    },
    environment: { ...SHARED_CODE, ...options.environment },
    isReady,
  };
}

export function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

export function redisUrlOf(ports: StackPorts): string {
  return `redis://127.0.0.1:${ports.REDIS_PORT}`;
}

function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    const finish = (isOpen: boolean): void => {
      socket.destroy();
      done(isOpen);
    };
    socket.once('connect', () => finish(true)).once('error', () => finish(false));
  });
}
