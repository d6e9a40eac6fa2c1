import { mkdir } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { answers, type PartOptions } from './part.ts';
import type { StackPorts } from './ports.ts';
import { PYPINS, SHARED_CODE } from './program.ts';

/** Facts only, all of which PyPI has: as in docker-compose.yml, which a test compares. */
export const REDIS_ARGUMENTS: readonly string[] = ['--save', '', '--appendonly', 'no'].concat([
  '--maxmemory',
  '128mb',
  '--maxmemory-policy',
  'allkeys-lru',
]);

/** What the parts have to go by. */
export interface SiteOptions {
  readonly ports: StackPorts;
  readonly purgeKey: string;
  /** Settings of the API's processes beside those that the stack gives them, or in their place. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What varnishd is sized with, in place of `EDGE_ARGUMENTS`. */
  readonly edgeArguments?: readonly string[] | undefined;
  /** How many followers of the releases there are: one leads, the others stand by. None where left out. */
  readonly followers?: number | undefined;
  /** With `false` the settings say where the upstreams are. */
  readonly withSample?: boolean;
  /** What all parts find in their environment: `PATH` at least. */
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
    settings: { SAMPLE_PORT: `${ports.SAMPLE_PORT}`, BADGES_URL: urlOf(ports.EDGE_PORT) },
    environment,
    isReady: () => answers(urlOf(ports.SAMPLE_PORT)),
  };
}

export function describeNode(
  options: SiteOptions,
  directory: string,
  number: 1 | 2,
): Promise<PartOptions> {
  const { ports } = options;
  const port = ports[`API${number}_PORT`];
  return describeProgram(options, directory, {
    name: `api${number}`,
    command: 'serve',
    settings: { PORT: `${port}`, ADMIN_PORT: `${ports[`API${number}_ADMIN_PORT`]}` },
    isReady: () => answers(`${urlOf(port)}/-/ready`, true),
  });
}

/** Each has the next port after that of the one before. */
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

/** One of our own programs, with a cache of its own, and what all of them are told. */
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
