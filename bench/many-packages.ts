import { Redis } from 'ioredis';
import { Agent } from 'undici';
import { REDIS_ARGUMENTS } from '../stack/describe-parts.ts';
import { startRedis } from '../test/support/redis.ts';
import type { Figure, Measured } from './figures.ts';
import type { BenchOptions } from './options.ts';
import { startProgram, startService } from './processes.ts';

const PACKAGES = 500_000;
const QUICK_PACKAGES = 25_000;
/** Two badges of each package, one after the other, as READMEs have them. */
const KINDS = ['version', 'license'];
const CLIENTS = 64;
const SAMPLES = 100;
const MAX_PROCESS_MB = 200;
/** What the last quarter may take more than the second. */
const MAX_GROWTH = 0.1;
const MAX_RECORD_BYTES = 2_048;
/** On a machine that is too busy some wait too long for PyPI: more than one in a hundred says something else. */
const MAX_FAILED_SHARE = 0.01;

/** After how many requests, how many megabytes. */
type Sample = readonly [requests: number, megabytes: number];

/** Many packages, two badges of each: what the process takes over time, and what a record takes in Redis. */
export async function measureManyPackages({ isQuick }: BenchOptions): Promise<Measured> {
  const redis = await startRedis({ config: REDIS_ARGUMENTS });
  const upstream = await startProgram('upstream.ts', [], {}, { core: 1 });
  const service = await startService(
    {
      REDIS_URL: redis.url,
      PYPI_URL: upstream.url,
      PYPISTATS_URL: upstream.url,
      PYPI_CONCURRENCY: '32',
    },
    { core: 0 },
  );
  const packages = isQuick ? QUICK_PACKAGES : PACKAGES;
  const requests = packages * KINDS.length;
  const { samples, failed } = await askForAll(service.url, requests, () => service.memoryBytes());
  const recordBytes = await largestRecord(redis.url);
  await Promise.all([service.stop(), upstream.stop(), redis.stop()]);
  if (failed > requests * MAX_FAILED_SHARE) throw new Error(`${failed} of ${requests} failed`);
  return {
    figures: [
      figureOfMemory(samples, packages),
      {
        key: 'record-bytes',
        what: 'largest record in Redis (MEMORY USAGE, key and overhead included)',
        measured: `${recordBytes} bytes`,
        goal: `< ${MAX_RECORD_BYTES} bytes`,
        met: recordBytes > 0 && recordBytes < MAX_RECORD_BYTES,
      },
    ],
    series: { memory: [{ name: 'resident', points: samples }] },
  };
}

function figureOfMemory(samples: readonly Sample[], packages: number): Figure {
  const mostOf = (from: number, to: number): number =>
    Math.max(...samples.slice(from * samples.length, to * samples.length).map(([, mb]) => mb));
  const most = mostOf(0, 1);
  const growth = mostOf(0.75, 1) / mostOf(0.25, 0.5) - 1;
  return {
    key: 'many-packages',
    what: `${packages.toLocaleString('en')} packages, ${KINDS.length} badges of each: most memory of the process; growth from the second quarter to the last`,
    measured: `${Math.round(most)} MB; ${(growth * 100).toFixed(1)} %`,
    goal: `≤ ${MAX_PROCESS_MB} MB; ≤ ${MAX_GROWTH * 100} %`,
    met: most <= MAX_PROCESS_MB && growth <= MAX_GROWTH,
  };
}

/** Asks for every package, some at once, and looks at the memory now and then. */
async function askForAll(
  url: string,
  requests: number,
  readMemory: () => number,
): Promise<{ samples: Sample[]; failed: number }> {
  const agent = new Agent({ connections: CLIENTS });
  const samples: Sample[] = [];
  let next = 0;
  let failed = 0;
  const ask = async (): Promise<void> => {
    while (next < requests) {
      const number = next;
      next += 1;
      const { headers, body } = await agent.request({
        origin: url,
        path: `/${KINDS[number % KINDS.length]}/package-${Math.floor(number / KINDS.length)}/badge.svg`,
        method: 'GET',
      });
      await body.dump();
      if (headers['x-badge-status'] !== 'ok') failed += 1;
      if ((number + 1) % (requests / SAMPLES) === 0) samples.push([number + 1, readMemory() / 1e6]);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, ask));
  await agent.close();
  return { samples: samples.toSorted(([one], [other]) => one - other), failed };
}

async function largestRecord(url: string): Promise<number> {
  const client = new Redis(url);
  let largest = 0;
  const [, keys] = await client.scan(0, 'MATCH', 'pypins:*:pypi:*', 'COUNT', 1_000);
  for (const key of keys) largest = Math.max(largest, (await client.memory('USAGE', key)) ?? 0);
  await client.quit();
  return largest;
}
