import { compareInTurn, type Measured, ratioFigure } from '../report/figures.ts';
import type { BenchOptions } from '../options.ts';
import { startProgram, startService } from '../servers/processes.ts';
import { startRedis } from '../../test/support/redis/redis.ts';
import { runWrk } from '../servers/wrk.ts';

const PATH = '/py_versions/package-1/badge.svg?label=NEW';
const GOAL = 1.8;
const CLIENTS = 32;

/**
 * Two processes with one Redis, each on a core, against one of them, drawing new pictures: work that costs the processes
 * far more than it costs the load, which has no core of its own where there are two.
 */
export async function measureTwoProcesses({ rounds, seconds }: BenchOptions): Promise<Measured> {
  const redis = await startRedis();
  const upstream = await startProgram('upstream.ts', [], {});
  const settings = { REDIS_URL: redis.url, PYPI_URL: upstream.url, PYPISTATS_URL: upstream.url };
  const [first, second] = await Promise.all([
    startService(settings, { core: 0 }),
    startService(settings, { core: 1 }),
  ]);
  const rateOf = async (url: string): Promise<number> =>
    (await runWrk(url + PATH, { seconds, clients: CLIENTS, script: 'new-urls.lua' })).perSecond;
  const both = async (): Promise<number> => {
    const rates = await Promise.all([rateOf(first.url), rateOf(second.url)]);
    return rates[0] + rates[1];
  };
  await both();
  const ratios = await compareInTurn(rounds, both, () => rateOf(first.url));

  await Promise.all([first.stop(), second.stop(), upstream.stop(), redis.stop()]);
  return {
    figures: [
      ratioFigure({
        key: 'two-processes',
        what: 'two processes on two cores, new SVGs a second, against one',
        ratios,
        atLeast: GOAL,
      }),
    ],
  };
}
