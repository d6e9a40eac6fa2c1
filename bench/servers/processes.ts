import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SHARED_CODE } from '../../stack/program.ts';
import { onCore } from './wrk.ts';

const START_TIMEOUT_MS = 20_000;

/** A program under measurement, in a process of its own. */
export interface Program {
  readonly url: string;
  readonly pid: number;
  /** Resident memory in bytes, as Linux counts it. */
  memoryBytes(): number;
  stop(): Promise<void>;
}

/** Returns a free port. If another process takes it first, the start fails. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Starts a program, by Node where it is TypeScript, on one core where that is said, and waits until its port answers HTTP. Its output goes nowhere. */
export async function startProgram(
  file: string,
  args: string[],
  environment: Record<string, string>,
  { core, nodeFlags = [] }: { core?: number; nodeFlags?: readonly string[] } = {},
): Promise<Program> {
  const port = environment['PORT'] ?? `${await freePort()}`;
  const path = resolve(import.meta.dirname, file);
  const [program, ...rest] = file.endsWith('.ts')
    ? onCore(core, process.execPath, [...nodeFlags, path, ...args])
    : onCore(core, path, args);
  const child = spawn(program, rest, {
    env: { PATH: process.env['PATH'], ...environment, PORT: port },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  await waitForAnswer(url, child);
  const { pid = 0 } = child;
  return {
    url,
    pid,
    memoryBytes: () => residentBytes(pid),
    async stop() {
      if (child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Starts the service itself, logging as it does by default, with a cache of its own. */
export async function startService(
  environment: Record<string, string>,
  where: { core?: number } = {},
): Promise<Program> {
  const directory = mkdtempSync(join(tmpdir(), 'pypins-bench-'));
  const settings = {
    HOST: '127.0.0.1',
    ADMIN_PORT: `${await freePort()}`,
    CACHE_DIR: directory,
    CONTACT: 'bench',
    LIMIT_EXEMPT: '127.0.0.1',
    PYPI_PER_MINUTE: '10000000',
    ...SHARED_CODE,
    ...environment,
  };
  const program = await startProgram('../../bin/pypins', ['serve'], settings, where);
  return {
    ...program,
    async stop() {
      await program.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function waitForAnswer(url: string, child: ChildProcess): Promise<void> {
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadlineMs && child.exitCode === null) {
    try {
      await (await fetch(url)).arrayBuffer();
      return;
    } catch {
      await new Promise((done) => setTimeout(done, 5));
    }
  }
  throw new Error(`${url} does not answer`);
}

function residentBytes(pid: number): number {
  const [, kibibytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}
