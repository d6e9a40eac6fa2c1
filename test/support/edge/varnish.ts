import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { EDGE_PARAMETERS } from '../../../stack/edge.ts';
import { requirePrograms } from '../programs.ts';
import { freePort } from '../redis/redis.ts';
import { makeTempDirectory } from '../temp.ts';

const EDGE = join(import.meta.dirname, '../../../varnish');
const START_TIMEOUT_MS = 90_000;

/** A real varnishd with the real rules, in front of nodes of the test. */
export interface TestVarnish {
  /** The public listener. */
  readonly url: string;
  /** The listener for purges. */
  readonly purgeUrl: string;
  readonly process: ChildProcess;
  /** Kills it and removes its directory. */
  stop(): Promise<void>;
}

export interface TestVarnishOptions {
  /** Origins of the API's processes, such as `http://127.0.0.1:8080`: two, or one for both. */
  readonly nodes: readonly [string, string?];
  /** Without it every purge is refused. */
  readonly purgeKey?: string;
  /** Address of this machine at which it listens; 127.0.0.1 by default. */
  readonly address?: string;
  /** Ports of the listeners, public and for purges; free ones by default. */
  readonly ports?: readonly [number, number];
}

/** Starts varnishd as documented and waits until it answers; rejects with its output if it does not. */
export async function startVarnish(options: TestVarnishOptions): Promise<TestVarnish> {
  requirePrograms('varnishd');
  const directory = await makeTempDirectory();
  await writeBackends(directory.path, options.nodes);
  const { address = '127.0.0.1', ports } = options;
  const [publicPort, purgePort] = ports ?? [await freePort(), await freePort()];
  const varnishd = spawn(
    'varnishd',
    ['-j', 'none', '-F', '-n', join(directory.path, 'n'), '-f', join(EDGE, 'default.vcl')]
      .concat(['-p', `vcl_path=${directory.path}`])
      .concat(EDGE_PARAMETERS)
      .concat(['-a', `public=${address}:${publicPort}`, '-a', `purge=${address}:${purgePort}`])
      .concat(['-s', 'malloc,32m', '-s', 'Transient=malloc,16m', '-l', '4m']),
    {
      env: { PATH: process.env['PATH'], PURGE_KEY: options.purgeKey ?? '' },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const words: string[] = [];
  varnishd.stderr.on('data', (chunk: Buffer) => words.push(chunk.toString()));
  await once(varnishd, 'spawn');
  const stop = async (): Promise<void> => {
    if (varnishd.exitCode === null && varnishd.signalCode === null) {
      const gone = once(varnishd, 'exit');
      varnishd.kill('SIGTERM');
      await gone;
    }
    await directory.remove();
  };
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  while (!(await listens(publicPort, address))) {
    if (varnishd.exitCode !== null || Date.now() > deadlineMs) {
      await stop();
      throw new Error(`varnishd does not start: ${words.join('')}`);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  return {
    url: `http://${address}:${publicPort}`,
    purgeUrl: `http://${address}:${purgePort}`,
    process: varnishd,
    stop,
  };
}

/** Writes the site `local` with the nodes of the test. */
async function writeBackends(
  directory: string,
  [first, second = first]: TestVarnishOptions['nodes'],
): Promise<void> {
  const local = await readFile(join(EDGE, 'backends/local/backends.vcl'), 'utf8');
  const ports = [first, second].map((origin) => new URL(origin).port);
  const site = local.replace(/\.port = "\d+"/g, () => `.port = "${ports.shift()}"`);
  await writeFile(join(directory, 'backends.vcl'), site);
}

function listens(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
