import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PYPINS, SHARED_CODE } from '../../../stack/program.ts';
import type { Stack } from '../../../stack/start-stack.ts';
import { isMissing } from '../../support/programs.ts';
import { PURGE_KEY, startTestStack } from '../../support/service/stack.ts';
import { makeTempDirectory } from '../../support/temp.ts';
import { blocksOf } from './document.ts';

/*
 * The commands of docs/operations.md, run from its own code blocks against the whole stack. The addresses are those of
 * the stack; what needs systemd's journal is left out.
 */

const linesOf = (heading: string): string[] =>
  blocksOf(heading, 'docs/operations.md').flatMap((block) => block.trim().split('\n'));

const BADGES = ['/version/requests/badge.svg', '/version/requests/badge.svg?style=plastic'];

describe.skipIf(isMissing('varnishd', 'redis-server'))('as docs/operations.md says', () => {
  let stack: Stack;
  let directory: string;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    stack = await startTestStack();
    ({ path: directory, remove } = await makeTempDirectory());
  });
  afterAll(async () => {
    await stack.close();
    await remove();
  });
  beforeEach(async () => {
    for (const path of BADGES) await (await fetch(stack.edgeUrl + path)).arrayBuffer();
  });

  /** Runs a line with the settings of the service; rejects where it exits with another code than 0. */
  async function run(line: string, variables: Record<string, string> = {}): Promise<string> {
    const here = line
      .replace('http://127.0.0.1:8000', stack.edgeUrl)
      .replace('http://127.0.0.1:8081', stack.adminUrls[0])
      .replace('http://127.0.0.1:8083', stack.adminUrls[1])
      // By default the edge of this machine, at port 8000.
      .replace('--from-log', `--through ${stack.edgeUrl} --from-log`)
      .replace(/^varnishlog /, `varnishlog -n ${stack.edgeDirectory} `);
    const env = {
      ...SHARED_CODE,
      PATH: `${dirname(PYPINS)}:${process.env['PATH']}:/usr/sbin`,
      CACHE_DIR: directory,
      REDIS_URL: stack.redisUrl,
      VARNISH_URLS: stack.purgeUrl,
      PURGE_KEY,
      ...variables,
    };
    const options = { cwd: directory, env };
    return (await promisify(execFile)('bash', ['--norc', '-euc', here], options)).stdout;
  }

  test.each(linesOf('## Purge'))('%s', async (line) => {
    // The nodes' metrics are not those of the edge: only a purge tells what it has.
    expect(await run(line)).toMatch(/: [1-9]\d* badges? purged\n/);
  });

  test.each(linesOf('## Warm the caches').filter((line) => !line.includes('--top')))(
    '%s',
    async (line) => {
      const urls = ['/version/flask/badge.svg', 'https://badges.example/license/flask/badge.svg'];
      const log = urls.map((url) => JSON.stringify({ method: 'GET', url, status: 200 }));
      writeFileSync(join(directory, 'access.log'), `${log.join('\n')}\n`);
      expect(await run(line)).toMatch(/^warm \d+, fetched [1-9]\d*, unknown 0, failed 0/);
    },
  );

  test.each(linesOf('## Watch'))('%s', async (line) => {
    expect(await run(line)).toMatch(/^requests to the API +[1-9]/);
  });

  test.each(linesOf('## Follow a request').filter((line) => line.startsWith('varnishlog')))(
    '%s',
    async (line) => {
      const { headers } = await fetch(`${stack.edgeUrl}/version/numpy/badge.svg`);
      const id = headers.get('x-request-id') ?? '';
      await expect.poll(() => run(line, { id })).toMatch(/ReqURL +\/version\/numpy\/badge\.svg/);
    },
  );
});
