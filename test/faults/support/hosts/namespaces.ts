import { execFile, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Of the networks for tests of network devices, RFC 2544. */
const NETWORK = '198.18';
/** Nobody has it: what is sent there is lost without a word. */
const NOWHERE = '02:00:00:00:00:99';

/** Runs a program with other names of hosts. `ip netns exec` has mounts of its own: nobody else sees them. */
const WITH_NAMES = 'mount --bind "$0" /etc/hosts && exec "$@"';

/** A host of its own on this machine: a network namespace with an address. */
export interface Host {
  readonly name: string;
  readonly address: string;
  /** The command that runs a program there, with names of the test's own: program and arguments. */
  readonly command: (program: string, args: readonly string[]) => string[];
}

/** Hosts that reach each other and the test over a bridge. */
export interface Hosts {
  /** Address of the test itself. */
  readonly address: string;
  readonly of: (name: string) => Host;
  /** Writes the names that all hosts know: name → addresses. */
  readonly setNames: (names: Readonly<Record<string, readonly string[]>>) => Promise<void>;
  /** Loses all packets between two, until they are joined again. */
  readonly part: (one: string, other: string) => Promise<void>;
  readonly join: (one: string, other: string) => Promise<void>;
  /** Pulls the cable of a host, or plugs it in again. */
  readonly isolate: (name: string) => Promise<void>;
  readonly reconnect: (name: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Why there can be no such hosts here; undefined if there can. In CI they are always tried. */
export function whyNoHosts(): string | undefined {
  if (process.env['CI'] === 'true') return undefined;
  const name = `pypins-try-${process.pid}`;
  const { status } = spawnSync('ip', ['netns', 'add', name], { stdio: 'ignore' });
  if (status !== 0) return 'needs root and network namespaces';
  spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
  return undefined;
}

/** Makes them, with files in that directory; the caller closes them when their programs have ended. */
export async function makeHosts(names: readonly string[], directory: string): Promise<Hosts> {
  const network = `${NETWORK}.${randomInt(256)}`;
  const prefix = `pypins-${process.pid}`;
  const hub = `${prefix}-hub`;
  /** Names of interfaces have at most 15 letters. */
  const own = `pp${process.pid}`;
  const hostsFile = join(directory, 'hosts');
  const ip = (...words: string[]): Promise<unknown> => run('ip', words);
  const spaceOf = (name: string): string => `${prefix}-${name}`;
  const hosts = new Map(
    names.map((name, at): [string, Host] => [
      name,
      {
        name,
        address: `${network}.${at + 10}`,
        command: (program, args) =>
          ['ip', 'netns', 'exec', spaceOf(name), 'sh', '-c', WITH_NAMES, hostsFile, program].concat(
            args,
          ),
      },
    ]),
  );
  const of = (name: string): Host => {
    const host = hosts.get(name);
    if (host === undefined) throw new Error(`no host ${name}`);
    return host;
  };
  const removeAll = (): void => {
    spawnSync('ip', ['link', 'del', own], { stdio: 'ignore' });
    for (const space of [hub, ...names.map(spaceOf)])
      spawnSync('ip', ['netns', 'del', space], { stdio: 'ignore' });
  };
  process.once('exit', removeAll);

  await ip('netns', 'add', hub);
  await ip('-n', hub, 'link', 'add', 'bridge', 'type', 'bridge', 'forward_delay', '0');
  await ip('-n', hub, 'link', 'set', 'bridge', 'up');
  const plugIn = async (port: string): Promise<void> => {
    await ip('-n', hub, 'link', 'set', port, 'master', 'bridge');
    await ip('-n', hub, 'link', 'set', port, 'up');
  };
  await ip('link', 'add', own, 'type', 'veth', 'peer', 'name', 'test', 'netns', hub);
  await ip('address', 'add', `${network}.1/24`, 'dev', own);
  await ip('link', 'set', own, 'up');
  await plugIn('test');
  for (const { name, address } of hosts.values()) {
    const space = spaceOf(name);
    await ip('netns', 'add', space);
    await ip(
      '-n',
      hub,
      'link',
      'add',
      name,
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      space,
    );
    await ip('-n', space, 'address', 'add', `${address}/24`, 'dev', 'eth0');
    for (const device of ['lo', 'eth0']) await ip('-n', space, 'link', 'set', device, 'up');
    await plugIn(name);
  }
  const eachWay = (one: string, other: string, change: (space: string, to: string) => string[]) =>
    Promise.all([
      ip('-n', ...change(spaceOf(one), of(other).address)),
      ip('-n', ...change(spaceOf(other), of(one).address)),
    ]);

  return {
    address: `${network}.1`,
    of,
    async setNames(known) {
      const lines = Object.entries(known).flatMap(([name, addresses]) =>
        addresses.map((address) => `${address} ${name}`),
      );
      await writeFile(hostsFile, ['127.0.0.1 localhost', ...lines, ''].join('\n'));
    },
    part: async (one, other) =>
      void (await eachWay(one, other, (space, to) =>
        [space, 'neigh', 'replace', to, 'lladdr', NOWHERE].concat(
          'dev',
          'eth0',
          'nud',
          'permanent',
        ),
      )),
    join: async (one, other) =>
      void (await eachWay(one, other, (space, to) => [space, 'neigh', 'del', to, 'dev', 'eth0'])),
    isolate: async (name) => void (await ip('-n', hub, 'link', 'set', name, 'down')),
    reconnect: async (name) => void (await ip('-n', hub, 'link', 'set', name, 'up')),
    async close() {
      process.off('exit', removeAll);
      removeAll();
    },
  };
}
