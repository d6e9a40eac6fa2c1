import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { StandIn } from '../../sample/stand-in.ts';
import { PYPINS } from '../../stack/program.ts';
import { runCli, startCli } from '../support/service/cli.ts';
import { freePort } from '../support/redis/redis.ts';
import { startStandIn } from '../support/service/service.ts';
import { tempDirectoryForTest } from '../support/temp.ts';

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn();
});
afterAll(() => standIn.close());

const settings = () => ({ PYPI_URL: standIn.url, PYPISTATS_URL: standIn.url });

/** Starts a command whose standard output is always full. */
async function startFull(words: string, more: Record<string, string> = {}): Promise<ChildProcess> {
  const env = {
    PATH: process.env['PATH'],
    HOST: '127.0.0.1',
    PORT: '0',
    CACHE_DIR: await tempDirectoryForTest(),
    ...settings(),
    ...more,
  };
  const command = ['-c', `exec "$0" ${words} >/dev/full`, PYPINS];
  const child = spawn('sh', command, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Waits for the end; returns the exit code and the messages. */
async function endOf(child: ChildProcess): Promise<string> {
  let messages = '';
  child.stderr?.on('data', (chunk: Buffer) => (messages += chunk.toString()));
  await once(child, 'close');
  return `${child.exitCode} ${messages}`;
}

test.each(['render version requests -o -', 'doctor --json'])(
  'pypins %s fails with one line if its output cannot be written',
  async (words) => {
    expect(await endOf(await startFull(words))).toMatch(
      /^1 pypins: standard output cannot be written: ENOSPC[^\n]*\n$/,
    );
  },
);

test('render ends quietly if its reader has gone', async () => {
  const { child, output } = await startCli(
    ['render', 'version', 'requests', '-o', '-'],
    settings(),
  );
  child.stdout?.destroy();
  await once(child, 'close');
  expect({ code: child.exitCode, err: output.err }).toEqual({ code: 0, err: '' });
});

test('serve serves, and stops, while its log cannot be written', async () => {
  const ADMIN_PORT = `${await freePort()}`;
  const child = await startFull('serve', { ADMIN_PORT });
  const end = endOf(child);
  expect((await runCli(['health', '--wait', '60'], { ADMIN_PORT })).code).toBe(0);
  child.kill();
  expect(await end).toBe('0 ');
});
