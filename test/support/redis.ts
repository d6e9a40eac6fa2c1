import { randomInt } from 'node:crypto';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { requirePrograms } from './programs.ts';
import { makeTempDirectory } from './temp.ts';

/** A real redis-server of the test's own. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly process: ChildProcess;
  /** Kills the server and removes its directory. */
  stop(): Promise<void>;
  /** Stops its clock (SIGSTOP): connections stay open, nothing is answered. */
  freeze(): void;
  thaw(): void;
}

const FIRST_PORT = 10_000;
const LAST_PORT = 32_000;
const START_TIMEOUT_MS = 20_000;

/**
 * Starts `redis-server` without persistence in a directory of its own, and waits until it answers.
 * Without `port` it takes a free one; with it, a server that was stopped comes back where it was.
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
  // A worker that ends before its tests could clean up takes its server along.
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
 * A port that was free a moment ago, below those that the system gives to outgoing connections (32768 and above on Linux): one of
 * them could take it while a part of the stack is down.
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
    socket.once('data', (bytes) => finish(bytes.toString().startsWith('+PONG')));
    socket.once('timeout', () => finish(false));
    socket.once('error', () => finish(false));
  });
}
