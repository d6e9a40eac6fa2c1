import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { settingsSchema } from '../../../src/config.ts';
import { REDIS_ARGUMENTS } from '../../../stack/describe-parts.ts';
import { EDGE_ARGUMENTS } from '../../../stack/edge.ts';
import { isMissing } from '../../support/programs.ts';
import {
  commandOf,
  type ComposeService,
  findMissing,
  PINNED,
  readCompose,
  ROOT,
  runTool,
} from './deployed.ts';

const compose = readCompose();
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build !== undefined);
const nodes = ours.filter(([name]) => name.startsWith('api'));
const named = (name: string): ComposeService => {
  const service = compose.services[name];
  if (service === undefined) throw new Error(`docker-compose.yml has no ${name}`);
  return service;
};
const backends = readFileSync(join(ROOT, 'varnish/backends/compose/backends.vcl'), 'utf8');

describe.skipIf(isMissing('docker-compose'))('Docker Compose', () => {
  test('takes the file', async () => {
    await expect(config({ PURGE_KEY: 'a key' })).resolves.toBeDefined();
  });

  test('refuses it without a key for purges', async () => {
    await expect(config({ PURGE_KEY: '' })).rejects.toThrow(/PURGE_KEY/);
  });
});

test('the services are Varnish, two processes of the API, a follower of releases, and Redis', () => {
  const names = Object.keys(compose.services).toSorted();
  expect(names).toEqual(['api1', 'api2', 'follower', 'redis', 'varnish']);
  expect(nodes.map(([name]) => name)).toEqual(['api1', 'api2']);
});

describe.each(services)('%s', (_, service) => {
  test('its image is built here, or named by version and digest', () => {
    expect(service.build ?? service.image).toMatch(service.build === '.' ? /^\.$/ : PINNED);
  });

  test('has no more rights than it needs, and cannot write to its image', () => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  test('is bounded: memory, processes, logs, its end', () => {
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service.pids_limit).toBeGreaterThan(0);
    expect(Object.keys(service.logging?.options ?? {})).toEqual(['max-size', 'max-file']);
    expect(service.stop_grace_period).toMatch(/^\d+s$/);
    expect(service.restart).toBe('unless-stopped');
  });

  test('tells whether it is well, and is waited for until it is', () => {
    const ownCheck = service.build === undefined ? [] : commandOf('HEALTHCHECK');
    expect(service.healthcheck?.test ?? ownCheck).not.toEqual([]);
    for (const [other, { condition }] of Object.entries(service.depends_on)) {
      expect(compose.services).toHaveProperty(other);
      expect(condition).toBe('service_healthy');
    }
  });

  test('holds no secret', () => {
    const secrets = Object.entries(service.environment).filter(([variable]) =>
      /key|secret|token|password/i.test(variable),
    );
    // From the environment, where it has to be, or may be left out.
    const told = secrets.filter(([, value]) => !/^\$\{\w+:(?:\?[^}]+|-)\}$/.test(value));
    expect(told).toEqual([]);
  });

  test('mounts what is in the project, read-only, or a volume that is declared', () => {
    const folders = service.volumes.filter((volume) => volume.startsWith('.'));
    const volumes = service.volumes.filter((volume) => !volume.startsWith('.'));
    expect(findMissing(folders.map((volume) => volume.replace(/:.*$/, '')))).toEqual([]);
    expect(folders.filter((volume) => !volume.endsWith(':ro'))).toEqual([]);
    expect(Object.keys(compose.volumes)).toEqual(
      expect.arrayContaining(volumes.map((volume) => volume.replace(/:.*$/, ''))),
    );
  });

  test('is on networks that are declared', () => {
    for (const network of Object.keys(service.networks))
      expect(compose.networks).toHaveProperty(network);
  });
});

test('only Varnish is published: pictures to the world, the PROXY protocol to this machine, purges to nobody', () => {
  const published = services.flatMap(([name, { ports }]) => ports.map((port) => [name, port]));
  expect(published).toEqual([
    ['varnish', '${PUBLIC_PORT:-8000}:8000'],
    ['varnish', '127.0.0.1:8443:8443'],
  ]);
});

test('Redis, purges and metrics are on a network that nothing gets out of', () => {
  expect(compose.networks['inside']).toMatchObject({ internal: true });
  expect(Object.keys(named('redis').networks)).toEqual(['inside']);
});

describe.each(ours)('the settings of %s', (name, { environment, volumes }) => {
  test('are settings of the service', () => {
    for (const variable of Object.keys(environment))
      expect(settingsSchema.shape).toHaveProperty(variable);
  });

  test('name the other services as they are called', () => {
    expect(new URL(environment['REDIS_URL'] ?? '').hostname).toBe('redis');
    expect(environment['VARNISH_URLS']).toBe('http://varnish:6085');
    expect(environment['TRUSTED_PROXIES']).toBe(named('varnish').networks['inside']?.ipv4_address);
  });

  test('the cache is a volume of its own', () => {
    expect(volumes).toEqual([
      `cache${ours.findIndex(([each]) => each === name) + 1}:/var/cache/pypins`,
    ]);
    const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
    expect(dockerfile).toContain('CACHE_DIR=/var/cache/pypins');
  });
});

describe.each(nodes)('%s', (name, { networks }) => {
  test('Varnish knows it, at an address that stays', () => {
    expect(networks['inside']?.ipv4_address).toMatch(/^10\.119\.121\.\d+$/);
    expect(backends).toMatch(new RegExp(`\\.host = "${name}";\\s*\\.port = "8080";`));
    expect(settingsSchema.parse({}).PORT).toBe(8080);
  });
});

test('the follower is the image’s own program', () => {
  const serve = commandOf('CMD').join(' ');
  expect(named('follower').command?.join(' ')).toBe(serve.replace(/ serve$/, ' follow'));
});

describe('Varnish', () => {
  const { command = [], tmpfs, mem_limit: limit } = named('varnish');
  const line = command.join(' ');

  test('has the files of this project, and the arguments of make stack', () => {
    const paths = [...line.matchAll(/\/etc\/(varnish\/\S+)/g)].map(([, path = '']) => path);
    expect(paths).toHaveLength(2);
    expect(findMissing(paths)).toEqual([]);
    expect(line).toContain(EDGE_ARGUMENTS.slice(0, 2).join(' '));
    expect(line).toContain(EDGE_ARGUMENTS.slice(2, 4).join(' '));
    expect(line).toContain(EDGE_ARGUMENTS.slice(4).join(' '));
  });

  test('its purge listener is the one that the VCL guards', () => {
    expect(line).toContain('-a purge=:6085,HTTP');
    expect(readFileSync(join(ROOT, 'varnish/rules.vcl'), 'utf8')).toContain('"purge"');
  });

  test('its memory holds what it may store, 2.3 times over, and 200 MB', () => {
    const stored = Number(/-s malloc,(\d+)m/.exec(line)?.[1]);
    expect(mebibytes(limit)).toBeGreaterThan(2.3 * stored + 200);
  });

  test('the shared log fits where it is kept, and compiled VCL can be loaded from there', () => {
    const [, options = ''] =
      tmpfs.find((each) => each.includes('/var/lib/varnish/'))?.split(':') ?? [];
    expect(options.split(',')).toContain('exec');
    expect(Number(/size=(\d+)m/.exec(options)?.[1])).toBeGreaterThan(80);
  });
});

test('Redis has the arguments of make stack: it forgets the least used, and writes nothing', () => {
  expect(named('redis').command).toEqual(['redis-server', ...REDIS_ARGUMENTS]);
});

/** Compose reads the file: the plugin of Docker where it is there, else Debian's docker-compose. */
async function config(env: Record<string, string>): Promise<string> {
  const options = { env, cwd: ROOT };
  const hasPlugin = await runTool('docker', ['compose', 'version']).then(
    () => true,
    () => false,
  );
  return hasPlugin
    ? await runTool('docker', ['compose', 'config'], options)
    : await runTool('docker-compose', ['config'], options);
}

function mebibytes(size = ''): number {
  return Number.parseInt(size, 10) * (size.endsWith('g') ? 1024 : 1);
}
