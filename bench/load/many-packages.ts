import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { REDIS_ARGUMENTS } from '../../stack/describe-parts.ts';
import { startRedis } from '../../test/support/redis/redis.ts';
import type { Figure, Measured } from '../report/figures.ts';
import type { BenchOptions } from '../options.ts';
import { type Program, startProgram, startService } from '../servers/processes.ts';
import { onCore } from '../servers/wrk.ts';

const PACKAGES = 100_000;
const QUICK_PACKAGES = 25_000;
/** A million requests. */
const MOST_PACKAGES = 500_000;
const BADGES_EACH = 2;
const CLIENTS = 64;
const SAMPLE_EVERY_MS = 1_000;
const MAX_SECONDS = 3_600;
const MAX_POINTS = 100;
const MAX_PROCESS_MB = 200;
/** What the last quarter may take more than the second. */
const MAX_GROWTH = 0.1;
const MAX_RECORD_BYTES = 2_048;
/** On a machine that is too busy some wait too long for PyPI: more than one in a hundred says something else. */
const MAX_FAILED_SHARE = 0.01;

const countSchema = z.object({ pypi: z.number() });

/** After how many requests, how many megabytes. */
type Sample = readonly [requests: number, megabytes: number];

/** Many packages, two badges of each: what the process takes over time, and what a record takes in Redis. */
export async function measureManyPackages({ isQuick }: BenchOptions): Promise<Measured> {
  const packages = isQuick ? QUICK_PACKAGES : PACKAGES;
  const { samples, recordBytes } = await walk(packages);
  return {
    figures: [
      figureOfMemory('many-packages', samples, packages),
      {
        key: 'record-bytes',
        what: 'largest record in Redis (MEMORY USAGE, key and overhead included)',
        measured: `${recordBytes} bytes`,
        goal: `< ${MAX_RECORD_BYTES} bytes`,
        met: recordBytes > 0 && recordBytes < MAX_RECORD_BYTES,
      },
    ],
  };
}

/** The same for a million requests, which takes too long for every run. */
export async function measureMillion(): Promise<Measured> {
  const { samples } = await walk(MOST_PACKAGES);
  return {
    figures: [figureOfMemory('million', samples, MOST_PACKAGES)],
    series: { memory: [{ name: 'resident', points: thinned(samples) }] },
  };
}

interface Walk {
  readonly samples: readonly Sample[];
  readonly recordBytes: number;
}

/** Starts all there is, asks for the badges of every package, and looks at what that takes. */
async function walk(packages: number): Promise<Walk> {
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
  const { samples, answered, failed } = await askForAll(packages, service, upstream);
  const recordBytes = await largestRecord(redis.url);
  await Promise.all([service.stop(), upstream.stop(), redis.stop()]);
  // Not a number, where the load has failed itself.
  if (!(failed <= answered * MAX_FAILED_SHARE)) throw new Error(`${failed} of ${answered} failed`);
  return { samples, recordBytes };
}

function figureOfMemory(key: string, samples: readonly Sample[], packages: number): Figure {
  const mostOf = (from: number, to: number): number =>
    Math.max(...samples.slice(from * samples.length, to * samples.length).map(([, mb]) => mb));
  const most = mostOf(0, 1);
  const growth = mostOf(0.75, 1) / mostOf(0.25, 0.5) - 1;
  return {
    key,
    what: `${packages.toLocaleString('en')} packages, ${BADGES_EACH} badges of each: most memory of the process; growth from the second quarter to the last`,
    measured: `${Math.round(most)} MB; ${(growth * 100).toFixed(1)} %`,
    goal: `≤ ${MAX_PROCESS_MB} MB; ≤ ${MAX_GROWTH * 100} %`,
    met: most <= MAX_PROCESS_MB && growth <= MAX_GROWTH,
  };
}

interface Answered {
  readonly samples: Sample[];
  readonly answered: number;
  readonly failed: number;
}

/** Asks for the badges of every package, some at once, and looks at the memory now and then. */
async function askForAll(packages: number, service: Program, upstream: Program): Promise<Answered> {
  const script = join(import.meta.dirname, '../servers/packages.lua');
  const args = ['-t1', `-c${CLIENTS}`, `-d${MAX_SECONDS}s`, '-s', script, service.url];
  const walking = promisify(execFile)(...commandOf(onCore(1, 'wrk', args)));
  const samples: Sample[] = [];
  for (let asked = 0; asked < packages && walking.child.exitCode === null;) {
    await delay(SAMPLE_EVERY_MS);
    asked = countSchema.parse(await (await fetch(upstream.url)).json()).pypi;
    samples.push([asked * BADGES_EACH, service.memoryBytes() / 1e6]);
  }
  walking.child.kill('SIGINT');
  const { stdout } = await walking;
  const [, answered, failed] = /^answered (\d+), failed (\d+)$/m.exec(stdout) ?? [];
  return { samples, answered: Number(answered), failed: Number(failed) };
}

/** A point of the plot in so many samples. */
function thinned(samples: readonly Sample[]): readonly Sample[] {
  const every = Math.ceil(samples.length / MAX_POINTS);
  return samples.filter((_, index) => index % every === 0);
}

function commandOf([program, ...args]: [string, ...string[]]): [string, string[]] {
  return [program, args];
}

async function largestRecord(url: string): Promise<number> {
  const client = new Redis(url);
  let largest = 0;
  const [, keys] = await client.scan(0, 'MATCH', 'pypins:*:pypi:*', 'COUNT', 1_000);
  for (const key of keys) largest = Math.max(largest, (await client.memory('USAGE', key)) ?? 0);
  await client.quit();
  return largest;
}
