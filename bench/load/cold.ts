import { type Measured, median, withSpread } from '../report/figures.ts';
import type { BenchOptions } from '../options.ts';
import { startProgram, startService } from '../servers/processes.ts';
import { runWrk } from '../servers/wrk.ts';
import { startRedis } from '../../test/support/redis/redis.ts';

const UPSTREAM_MS = 50;
const GOAL_MS = 5;
const PACKAGES = 100;
/** Beyond those that the service was warmed with. */
const FIRST = 1_000_000;
const WARM = 20;
const WARM_SECONDS = 5;

/** Measures what pypins adds to the time that PyPI takes, for a package requested for the first time. */
export async function measureCold({ isQuick }: BenchOptions): Promise<Measured> {
  const redis = await startRedis();
  const upstream = await startProgram('upstream.ts', [], { LATENCY_MS: `${UPSTREAM_MS}` });
  const service = await startService({
    REDIS_URL: redis.url,
    PYPI_URL: upstream.url,
    PYPISTATS_URL: upstream.url,
  });
  const added: number[] = [];
  // A process that has run for a while has compiled its code.
  await runWrk(service.url, { seconds: WARM_SECONDS, script: 'packages.lua' });
  const measured = isQuick ? PACKAGES / 2 : PACKAGES;
  for (let number = FIRST; number < FIRST + WARM + measured; number += 1) {
    const direct = await timeOf(`${upstream.url}/pypi/package-${number}/json`);
    const ours = await timeOf(`${service.url}/version/package-${number}/badge.svg`);
    // The connections are warm after the first few.
    if (number >= FIRST + WARM) added.push(ours - direct);
  }
  await Promise.all([service.stop(), upstream.stop(), redis.stop()]);
  return {
    figures: [
      {
        key: 'cold',
        what: `cold package, upstream answering in ${UPSTREAM_MS} ms: milliseconds added to asking it directly`,
        measured: withSpread(added, 1),
        goal: `≤ ${GOAL_MS}`,
        met: median(added) <= GOAL_MS,
      },
    ],
  };
}

async function timeOf(url: string): Promise<number> {
  const startedAtMs = performance.now();
  const response = await fetch(url);
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return performance.now() - startedAtMs;
}
