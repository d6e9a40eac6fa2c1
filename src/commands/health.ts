import type { Command } from 'commander';
import { readAdminUrl } from '../admin-address.ts';
import { createOutput, finish } from './output.ts';

const TIMEOUT_MS = 3_000;

interface HealthOptions {
  readonly follower?: boolean;
}

/** `pypins health`: requests `/readyz` from the admin port. */
export function define(command: Command): void {
  command
    .option('--follower', 'check the follower instead of the API')
    .action(async ({ follower }: HealthOptions) => {
      const url = `${readAdminUrl(follower ? 'FOLLOW_ADMIN_PORT' : 'ADMIN_PORT')}/readyz`;
      finish(await isReady(url));
    });
}

async function isReady(url: string): Promise<boolean> {
  // An import would read every export of `node:http`, some of which load Node's `fetch`: 15 MB.
  const { get } = process.getBuiltinModule('node:http');
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  get(url, { agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) }, (response) => {
    response.resume();
    resolve(response.statusCode);
  }).on('error', () => resolve(undefined));
  const status = await promise;
  if (status === undefined) createOutput().note(`${url} does not answer`);
  else if (status === 503) createOutput().note(`${url} answers 503: it starts or stops`);
  else if (status !== 200) createOutput().note(`${url} answers ${status}: is this an admin port?`);
  return status === 200;
}
