import { type ChildProcess, spawn } from 'node:child_process';
import { expect, onTestFinished } from 'vitest';
import { scrape, sumOf } from '../../../../src/commands/scrape.ts';
import { PYPINS, SHARED_CODE } from '../../../../stack/program.ts';

/** `pypins serve` in a process of its own. */
export interface ServiceProcess {
  readonly url: string;
  readonly pid: number;
  /** Whether it is still there. */
  isAlive(): boolean;
  /** The lines of its log with that text; the last second may be missing. */
  logged(text: string): string[];
  /** The sum of a metric over all labels but those given. */
  metric(name: string, labels?: Record<string, string>): Promise<number>;
}

/**
 * Starts the service on free ports, with only the settings given; `enter` is what its command line begins with. It is
 * gone when the test is.
 */
export async function startServiceProcess(
  settings: Readonly<Record<string, string>>,
  enter: readonly string[] = [],
): Promise<ServiceProcess> {
  const { child, output } = start([...enter, PYPINS, 'serve'], settings);
  const readLog = (): string => output.join('');
  await expect.poll(readLog).toContain('serving badges');
  const [, url = '', adminUrl = ''] = /"url":"([^"]+)","admin":"([^"]+)"/.exec(readLog()) ?? [];
  return {
    url,
    pid: child.pid ?? 0,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    logged: (text) =>
      readLog()
        .split('\n')
        .filter((line) => line.includes(text)),
    metric: async (name, labels) => sumOf(await scrape(adminUrl), name, labels),
  };
}

function start(
  [program = '', ...args]: readonly string[],
  settings: Readonly<Record<string, string>>,
): { child: ChildProcess; output: string[] } {
  const environment = { ...SHARED_CODE, PATH: process.env['PATH'] ?? '', HOST: '127.0.0.1' };
  const child = spawn(program, args, {
    env: { ...environment, PORT: '0', ADMIN_PORT: '0', ...settings },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => void output.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => void output.push(chunk.toString()));
  return { child, output };
}
