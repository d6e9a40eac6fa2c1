import type { Command } from 'commander';
import { readAdminUrl } from '../admin-address.ts';
import { createOutput, finish } from './output.ts';

const TIMEOUT_MS = 3_000;

interface HealthOptions {
  readonly follower?: boolean;
}

/** `pypins health`: asks the port for operators whether it is ready. */
export function define(command: Command): void {
  command
    .option('--follower', 'of the follower on this machine')
    .action(async ({ follower }: HealthOptions) => {
      const url = `${readAdminUrl(follower ? 'FOLLOW_ADMIN_PORT' : 'ADMIN_PORT')}/readyz`;
      finish(await isReady(url));
    });
}

async function isReady(url: string): Promise<boolean> {
  // Not imported: all that `node:http` exports would be read, for some of which Node loads its `fetch`: 15 MB.
  const { get } = process.getBuiltinModule('node:http');
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  get(url, { agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) }, (response) => {
    response.resume();
    resolve(response.statusCode);
  }).on('error', () => resolve(undefined));
  const status = await promise;
  if (status === undefined) createOutput().note(`${url} does not answer`);
  return status === 200;
}
