import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { PYPINS, SHARED_CODE } from '../../../stack/program.ts';
import { tempDirectoryForTest } from '../temp.ts';

/** Output of a command so far. */
export interface CliOutput {
  out: Buffer;
  err: string;
}

/** Starts `pypins` with the given settings only, its own cache, and free ports. Ends with the test. */
export async function startCli(
  args: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<{ child: ChildProcess; output: CliOutput }> {
  const environment = {
    ...SHARED_CODE,
    PATH: process.env['PATH'] ?? '',
    CACHE_DIR: settings['CACHE_DIR'] ?? (await tempDirectoryForTest()),
    HOST: '127.0.0.1',
    PORT: '0',
    ADMIN_PORT: '0',
    ...settings,
  };
  const child = spawn(PYPINS, args, { env: environment });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output: CliOutput = { out: Buffer.alloc(0), err: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.out = Buffer.concat([output.out, chunk])));
  child.stderr.on('data', (chunk: Buffer) => (output.err += chunk.toString()));
  return { child, output };
}

/** Runs `pypins` to its end. */
export async function runCli(
  args: readonly string[],
  settings?: Readonly<Record<string, string>>,
): Promise<CliOutput & { code: number | null }> {
  const { child, output } = await startCli(args, settings);
  await once(child, 'close');
  return { code: child.exitCode, ...output };
}
