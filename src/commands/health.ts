import type { Command } from 'commander';
import { readAdminUrl } from '../admin-address.ts';
import { UsageError } from '../errors.ts';
import { createOutput, finish } from './output.ts';

const TIMEOUT_MS = 3_000;

const POLL_MS = 200;

interface HealthOptions {
  readonly follower?: boolean;
  /** Seconds. */
  readonly wait?: number;
}

/** `pypins health`: requests `/readyz` from the admin port. With `--wait`, the edge has found it, too. */
export function define(command: Command): void {
  command
    .option('--follower', 'check the follower instead of the API')
    .option(
      '--wait <seconds>',
      'wait until it is ready and the edge knows, for so long at most',
      parseSeconds,
    )
    .action(async ({ follower, wait }: HealthOptions) => {
      const setting = follower ? 'FOLLOW_ADMIN_PORT' : 'ADMIN_PORT';
      const url = `${readAdminUrl(setting)}/readyz${wait === undefined ? '' : '?by=edge'}`;
      const untilMs = performance.now() + (wait ?? 0) * 1000;
      let status = await statusOf(url);
      while (status !== 200 && performance.now() < untilMs) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        status = await statusOf(url);
      }
      if (status !== 200) createOutput().note(`${url} ${reasonOf(status, setting)}`);
      finish(status === 200);
    });
}

function parseSeconds(text: string): number {
  if (!/^\d{1,4}$/.test(text))
    throw new UsageError(`--wait takes a number of seconds, not ${text}`);
  return Number(text);
}

function reasonOf(status: number | undefined, setting: string): string {
  if (status === undefined) return `does not answer: is this its ${setting}?`;
  return status === 503
    ? 'answers 503: it starts or stops'
    : `answers ${status}: is it an admin port?`;
}

async function statusOf(url: string): Promise<number | undefined> {
  // An import would read every export of `node:http`, some of which load Node's `fetch`: 15 MB.
  const { get } = process.getBuiltinModule('node:http');
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  get(url, { agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) }, (response) => {
    response.resume();
    resolve(response.statusCode);
  }).on('error', () => resolve(undefined));
  return promise;
}
