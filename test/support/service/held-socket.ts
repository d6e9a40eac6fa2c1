import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { PYPINS, SHARED_CODE } from '../../../stack/program.ts';
import { freePort } from '../redis/redis.ts';
import { tempDirectoryForTest } from '../temp.ts';

const POLL_MS = 50;

/** What stands for systemd: it keeps the socket, and starts the service anew when it has ended. */
const KEEP_STARTING = `
while sh -c 'sleep "$PAUSE"; echo $$ >>"$PIDS"; LISTEN_PID=$$; export LISTEN_PID; exec "$@"' start "$@"; do :; done`;

/** The service behind a socket of systemd's, started by the first request. */
export interface HeldService {
  readonly port: number;
  readonly adminUrl: string;
  /** The processes so far. */
  readonly readPids: () => Promise<number[]>;
  /** Stops the last process; resolves when the next one is ready and the edge knows, as its unit does. */
  readonly restart: () => Promise<void>;
}

/** Starts it for a test, with these settings and a cache of its own. Each start takes at least `pauseSeconds`. */
export async function startBehindSocket(
  settings: Readonly<Record<string, string>>,
  pauseSeconds = 0,
): Promise<HeldService> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const directory = await tempDirectoryForTest();
  const pids = join(directory, 'pids');
  const environment = {
    ...SHARED_CODE,
    PATH: process.env['PATH'] ?? '',
    PIDS: pids,
    PAUSE: `${pauseSeconds}`,
    HOST: '127.0.0.1',
    ADMIN_PORT: `${adminPort}`,
    CACHE_DIR: directory,
    LOG_LEVEL: 'silent',
    ...settings,
  };
  const variables = Object.entries(environment).flatMap(([name, value]) => [
    '-E',
    `${name}=${value}`,
  ]);
  const keeper = spawn(
    'systemd-socket-activate',
    ['-l', `127.0.0.1:${port}`, ...variables, 'sh', '-c', KEEP_STARTING, 'keeper', PYPINS, 'serve'],
    { stdio: 'ignore' },
  );
  const readPids = async (): Promise<number[]> =>
    (await readFile(pids, 'utf8').catch(() => '')).split('\n').filter(Boolean).map(Number);
  onTestFinished(async () => {
    keeper.kill('SIGKILL');
    const last = (await readPids()).at(-1);
    if (last !== undefined) process.kill(last, 'SIGKILL');
  });
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  return {
    port,
    adminUrl,
    readPids,
    async restart() {
      const before = await readPids();
      process.kill(before.at(-1) ?? 0, 'SIGTERM');
      while ((await readPids()).length === before.length) await delay(POLL_MS);
      while ((await answerOf(adminUrl, '/readyz?by=edge')) !== '200') await delay(POLL_MS);
    },
  };
}

/** Asks on a connection of its own, as most image proxies do; returns the status, or what went wrong. */
export function answerOf(origin: string, path: string): Promise<string> {
  return new Promise((resolve) => {
    const request = get(origin + path, { agent: false }, (response) => {
      response.resume();
      response.once('end', () => resolve(`${response.statusCode}`));
      response.once('error', (error) => resolve(error.message));
    });
    request.once('error', (error) => resolve(error.message));
  });
}
