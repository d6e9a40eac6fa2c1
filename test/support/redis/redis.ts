import { randomInt } from 'node:crypto';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { requirePrograms } from '../programs.ts';
import { makeTempDirectory } from '../temp.ts';

/** A real redis-server, for one test. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly process: ChildProcess;
  /** Kills the server and removes its directory. */
  stop(): Promise<void>;
  /** Freezes the server (SIGSTOP): connections stay open, but nothing is answered. */
  freeze(): void;
  thaw(): void;
}

const FIRST_PORT = 10_000;
const LAST_PORT = 32_000;
const START_TIMEOUT_MS = 20_000;

/**
 * Starts `redis-server` without persistence in its own directory, and waits until it answers.
 * Takes a free port unless `port` is given, e.g. to restart a server on its old port.
 */
export async function startRedis(
  options: { port?: number; config?: readonly string[] } = {},
): Promise<TestRedis> {
  requirePrograms('redis-server');
  const port = options.port ?? (await freePort());
  const directory = await makeTempDirectory();
  const server = spawn(
    'redis-server',
    ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory.path, '--save', '']
      .concat(['--appendonly', 'no', '--daemonize', 'no'])
      .concat(options.config ?? []),
    { stdio: 'ignore' },
  );
  await once(server, 'spawn');
  // Kills the server if the worker ends before its tests clean up.
  const killAtExit = (): void => void server.kill('SIGKILL');
  process.once('exit', killAtExit);
  const stop = async (): Promise<void> => {
    process.off('exit', killAtExit);
    if (server.exitCode === null && server.signalCode === null) {
      const gone = once(server, 'exit');
      server.kill('SIGKILL');
      await gone;
    }
    await directory.remove();
  };
  try {
    await waitForPong(port, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: server.pid ?? 0,
    process: server,
    stop,
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
  };
}

/**
 * Returns a free port below those of outgoing connections (32768 and above on Linux): one of
 * them could take the port while a part of the stack is down.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

async function waitForPong(port: number, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answersPing(port))) {
    if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}`);
    if (Date.now() > deadline) throw new Error('redis-server does not answer');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1', timeout: 1000 });
    const finish = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (bytes) => finish(/^(?:\+PONG|-NOAUTH)/.test(bytes.toString())));
    socket.once('timeout', () => finish(false));
    socket.once('error', () => finish(false));
  });
}
