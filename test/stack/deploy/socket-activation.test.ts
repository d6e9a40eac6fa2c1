import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { takePassedSocket } from '../../../src/config.ts';
import { isMissing } from '../../support/programs.ts';
import { freePort } from '../../support/redis.ts';
import { startStandIn } from '../../support/service.ts';
import { tempDirectoryForTest } from '../../support/temp.ts';
import { commandOf, programIn, ROOT } from './deployed.ts';

const OWN = `${process.pid}`;

test.each([
  ['none handed over', {}, undefined],
  ['one', { LISTEN_PID: OWN, LISTEN_FDS: '1' }, 3],
  ['several, of which the first is ours', { LISTEN_PID: OWN, LISTEN_FDS: '2' }, 3],
  ['those of a parent', { LISTEN_PID: '1', LISTEN_FDS: '1' }, undefined],
  ['an empty hand', { LISTEN_PID: OWN, LISTEN_FDS: '0' }, undefined],
  ['no owner', { LISTEN_FDS: '1' }, undefined],
  ['nonsense', { LISTEN_PID: OWN, LISTEN_FDS: 'three' }, undefined],
])('sockets in the environment: %s', (_, variables, descriptor) => {
  const environment = { ...variables, LISTEN_FDNAMES: 'badges', PORT: '1' };
  expect(takePassedSocket(environment)).toBe(descriptor);
  expect(environment).toEqual({ PORT: '1' });
});

/** What stands for systemd: it keeps the socket, and starts the service anew when it has ended. */
const KEEP_STARTING = `
while sh -c 'echo $$ >>"$PIDS"; LISTEN_PID=$$; export LISTEN_PID; exec "$@"' start "$@"; do :; done`;

/** The service behind a socket of systemd's, started by the first request. */
async function startBehindSocket() {
  const standIn = await startStandIn();
  onTestFinished(() => standIn.close());
  const port = await freePort();
  const directory = await tempDirectoryForTest();
  const pids = join(directory, 'pids');
  const settings = {
    PATH: process.env['PATH'] ?? '',
    PIDS: pids,
    // Taken: the service would not start if it listened there.
    HOST: '127.0.0.1',
    PORT: new URL(standIn.url).port,
    ADMIN_PORT: `${await freePort()}`,
    CACHE_DIR: directory,
    LOG_LEVEL: 'silent',
    PYPI_URL: standIn.url,
    PYPISTATS_URL: standIn.url,
  };
  const variables = Object.entries(settings).flatMap(([name, value]) => ['-E', `${name}=${value}`]);
  const [program, ...args] = commandOf('CMD');
  const service = [programIn(ROOT, program), ...args];
  const keeper = spawn(
    'systemd-socket-activate',
    ['-l', `127.0.0.1:${port}`, ...variables, 'sh', '-c', KEEP_STARTING, 'keeper', ...service],
    { cwd: ROOT, stdio: 'ignore' },
  );
  const readPids = async (): Promise<number[]> =>
    (await readFile(pids, 'utf8').catch(() => '')).split('\n').filter(Boolean).map(Number);
  onTestFinished(async () => {
    keeper.kill('SIGKILL');
    const last = (await readPids()).at(-1);
    if (last !== undefined) process.kill(last, 'SIGKILL');
  });
  return { port, readPids };
}

/** Asks on a connection of its own, as most image proxies do; returns the status, or what went wrong. */
function ask(port: number, path: string): Promise<string> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume();
      response.once('end', () => resolve(`${response.statusCode}`));
      response.once('error', (error) => resolve(error.message));
    });
    request.once('error', (error) => resolve(error.message));
  });
}

test.skipIf(isMissing('systemd-analyze'))(
  'the service listens on the socket that it is handed, and a restart loses no connection',
  async () => {
    const { port, readPids } = await startBehindSocket();
    await expect.poll(() => ask(port, '/version/requests/badge.svg')).toBe('200');
    const [first = 0] = await readPids();

    const answers: string[] = [];
    const over = new AbortController();
    const client = async (): Promise<void> => {
      while (!over.signal.aborted) answers.push(await ask(port, '/version/flask/badge.svg'));
    };
    const clients = [client(), client(), client(), client()];
    await expect.poll(() => answers.length).toBeGreaterThan(40);
    process.kill(first, 'SIGTERM');
    await expect.poll(async () => (await readPids()).length).toBe(2);
    const before = answers.length;
    await expect.poll(() => answers.length).toBeGreaterThan(before + 40);
    over.abort();
    await Promise.all(clients);

    expect(new Set(answers)).toEqual(new Set(['200']));
  },
);
