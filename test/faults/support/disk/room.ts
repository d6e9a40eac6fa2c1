import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { tempDirectoryForTest } from '../../../support/temp.ts';

const FILLED_AT_ONCE = Buffer.alloc(4096);

/** A small disk (tmpfs) that is there as long as the running test. */
export interface DiskRoom {
  /** Where a process that was started by `enter` finds it. */
  readonly path: string;
  /** Where this process finds it; not for SQLite, which resolves links of its own. */
  readonly pathFromHere: string;
  /** What a command line begins with that is to find it. */
  readonly enter: readonly string[];
  /** Writes until nothing more goes on. */
  fill(): Promise<void>;
  /** Takes away what `fill` has written. */
  free(): Promise<void>;
  /** Rejects while a file is open for writing there, as the kernel does. */
  remount(as: 'ro' | 'rw'): Promise<void>;
}

/**
 * Makes a disk in a mount namespace that ends with the test, and with it the mount, even when the test is killed.
 * Rejects, and says why, on a machine where this may not be done.
 */
export async function makeDiskRoom(bytes: number): Promise<DiskRoom> {
  const path = await tempDirectoryForTest();
  const isRoot = process.getuid?.() === 0;
  const shell = spawn('unshare', [isRoot ? '-m' : '-rm', 'sh']);
  onTestFinished(() => void shell.kill('SIGKILL'));
  const run = createRunner(shell);
  await run(`mount -t tmpfs -o size=${bytes} disk ${path}`);
  const pathFromHere = `/proc/${shell.pid}/root${path}`;
  const filler = join(pathFromHere, 'filler');
  const enter = ['nsenter', '-t', `${shell.pid}`, '-m'];
  return {
    path,
    pathFromHere,
    enter: isRoot ? enter : [...enter, '-U', '--preserve-credentials'],
    fill: () => fill(filler),
    free: () => rm(filler),
    remount: (as) => run(`mount -o remount,bind,${as} ${path}`),
  };
}

/** Runs commands in a shell, one after the other; rejects with what was said where one fails. */
function createRunner(shell: ChildProcessWithoutNullStreams): (command: string) => Promise<void> {
  const lines = createInterface(shell.stdout)[Symbol.asyncIterator]();
  const ended = new Promise((resolve) => shell.once('close', resolve));
  let said = '';
  shell.on('error', (error) => (said += error.message));
  shell.stdin.on('error', () => undefined);
  shell.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return async (command) => {
    said = '';
    shell.stdin.write(`${command} 2>&1; echo "= $?"\n`);
    for (;;) {
      const { value: line, done } = await lines.next();
      if (line === '= 0') return;
      if (done === true) await ended;
      if (done === true || line.startsWith('= '))
        throw new Error(`This fault cannot be made on this machine: ${command}: ${said}`);
      said += `${line} `;
    }
  };
}

async function fill(path: string): Promise<void> {
  try {
    for (;;) await appendFile(path, FILLED_AT_ONCE);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}
