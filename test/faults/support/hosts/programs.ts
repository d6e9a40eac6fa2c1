import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { delimiter, join, resolve } from 'node:path';
import { EDGE_PARAMETERS } from '../../../../stack/edge.ts';
import { answers, type PartOptions } from '../../../../stack/part.ts';
import { PYPINS, SHARED_CODE } from '../../../../stack/program.ts';
import type { Host } from './namespaces.ts';
import { PASSWORD, sentinelSettings } from '../../../support/redis/sentinels.ts';
import { PURGE_KEY } from '../../../support/service/stack.ts';

const RULES = resolve(import.meta.dirname, '../../../../varnish');
export const PORTS = {
  edge: 8000,
  purge: 6085,
  api: 8080,
  admin: 8081,
  follower: 8085,
  redis: 6379,
  sentinel: 26_379,
} as const;

/** What each program on a host needs to be described. */
export interface Place {
  readonly host: Host;
  /** A directory of its own. */
  readonly directory: string;
}

type Program = Pick<PartOptions, 'name' | 'isReady'> & {
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly settings?: Readonly<Record<string, string>>;
};

function describe({ host }: Place, { name, isReady, command, settings = {} }: Program) {
  const [program = '', ...words] = command;
  const [ip = '', ...args] = host.command(program, words);
  // Debian keeps daemons, and `ip`, outside the PATH of users.
  const PATH = [process.env['PATH'], '/usr/sbin', '/sbin'].join(delimiter);
  const environment = { ...SHARED_CODE, PATH };
  return { name, program: ip, args, settings, environment, isReady } satisfies PartOptions;
}

/** A Varnish node with its rules, in front of these hosts. */
export async function describeVarnish(place: Place, apis: readonly Host[]): Promise<PartOptions> {
  const { host, directory } = place;
  const { address, name } = host;
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'backends.vcl'), await siteOf(apis));
  return describe(place, {
    name: `varnish on ${name}`,
    command: ['varnishd', '-j', 'none', '-F', '-n', join(directory, 'n')].concat(
      ['-f', join(RULES, 'default.vcl'), '-p', `vcl_path=${directory}`, ...EDGE_PARAMETERS],
      ['-a', `public=${address}:${PORTS.edge}`, '-a', `purge=${address}:${PORTS.purge}`],
      ['-s', 'malloc,32m', '-s', 'Transient=malloc,16m', '-l', '4m'],
    ),
    settings: { PURGE_KEY },
    isReady: () => answers(`http://${address}:${PORTS.edge}/-/ready`),
  });
}

/** The site of Compose with these hosts instead of its two. */
async function siteOf(apis: readonly Host[]): Promise<string> {
  const compose = await readFile(join(RULES, 'backends/compose/backends.vcl'), 'utf8');
  const [block = ''] = /^backend api1 \{[^}]*\}\n/m.exec(compose) ?? [];
  const backends = apis.map(({ address }, at) =>
    block.replace('backend api1', `backend api${at + 1}`).replace('"api1"', `"${address}"`),
  );
  const added = apis.map((_, at) => `  api.add_backend(api${at + 1});\n`);
  return compose
    .replace(/^backend api1 [^]*(?=^sub vcl_init)/m, `${backends.join('\n')}\n`)
    .replace(/(?:^ {2}api\.add_backend\(\w+\);\n)+/m, added.join(''))
    .replaceAll(/^acl (?:purgers|unlimited) \{\n/gm, '$&  "198.18.0.0"/15;\n');
}

/** A process of pypins: `serve` or `follow`. */
export function describePypins(
  place: Place,
  command: 'serve' | 'follow',
  settings: Readonly<Record<string, string>>,
): PartOptions {
  const { address, name } = place.host;
  const port = command === 'serve' ? PORTS.admin : PORTS.follower;
  return describe(place, {
    name: `${command} on ${name}`,
    command: [PYPINS, command],
    settings: {
      ...settings,
      HOST: address,
      PORT: `${PORTS.api}`,
      ADMIN_HOST: address,
      ADMIN_PORT: `${PORTS.admin}`,
      FOLLOW_ADMIN_PORT: `${PORTS.follower}`,
      CACHE_DIR: place.directory,
      PURGE_KEY,
    },
    isReady: () => answers(`http://${address}:${port}/readyz`, true),
  });
}

/** A Redis, that copies another one if there is one. */
export async function describeRedis(place: Place, master?: Host): Promise<PartOptions> {
  const { host, directory } = place;
  await mkdir(directory, { recursive: true });
  const copied = master === undefined ? [] : ['--replicaof', `${master.address} ${PORTS.redis}`];
  return describe(place, {
    name: `redis on ${host.name}`,
    command: ['redis-server', '--port', `${PORTS.redis}`, '--bind', host.address].concat(
      ['--dir', directory, '--save', '', '--repl-diskless-sync-delay', '0'],
      ['--requirepass', PASSWORD, '--masterauth', PASSWORD],
      copied,
    ),
    isReady: () => listens(host.address, PORTS.redis),
  });
}

export async function describeSentinel(place: Place, master: Host): Promise<PartOptions> {
  const { host, directory } = place;
  await mkdir(directory, { recursive: true });
  const file = join(directory, 'sentinel.conf');
  const settings = sentinelSettings(PORTS.sentinel, PORTS.redis, master.address);
  await writeFile(file, `bind ${host.address}\n${settings}`);
  return describe(place, {
    name: `sentinel on ${host.name}`,
    command: ['redis-sentinel', file, '--dir', directory],
    isReady: () => listens(host.address, PORTS.sentinel),
  });
}

function listens(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = createConnection({ port, host, timeout: 1_000 });
    const finish = (isOpen: boolean): void => {
      socket.destroy();
      done(isOpen);
    };
    socket.once('connect', () => finish(true)).once('error', () => finish(false));
    socket.once('timeout', () => finish(false));
  });
}
