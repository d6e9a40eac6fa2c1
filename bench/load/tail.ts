import { startBareServer } from '../servers/bare-server.ts';
import { type Measured, median, ratioFigure, type Series, withSpread } from '../report/figures.ts';
import type { BenchOptions } from '../options.ts';
import { startProgram, startService } from '../servers/processes.ts';
import { runWrk, type WrkResult } from '../servers/wrk.ts';

const PATH = '/version/package-1/badge.svg';
const SHARE = 0.7;
const GOAL = 5;
const CLIENTS = [1, 2, 5, 10, 20, 50, 100, 200];

/** How long the slowest of a hundred wait when there is seven tenths of the load that can be had. */
export async function measureTail({ rounds, seconds, isQuick }: BenchOptions): Promise<Measured> {
  const upstream = await startProgram('upstream.ts', [], {});
  const settings = { PYPI_URL: upstream.url, PYPISTATS_URL: upstream.url };
  const service = await startService(settings, { core: 0 });
  const url = service.url + PATH;
  await runWrk(url, { seconds, core: 1 });

  const bare = await startBareServer('bare-node.ts', url, { core: 0 });
  const ratios: number[] = [];
  const bareRatios: number[] = [];
  const paced: WrkResult[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const result = await measurePaced(url, seconds);
    paced.push(result);
    ratios.push(tailOf(result));
    bareRatios.push(tailOf(await measurePaced(bare.url + PATH, seconds)));
  }
  const throughput: [number, number][] = [];
  for (const clients of isQuick ? [] : CLIENTS) {
    const { perSecond } = await runWrk(url, { seconds, clients, core: 1 });
    throughput.push([clients, perSecond]);
  }
  await Promise.all([service.stop(), bare.stop(), upstream.stop()]);
  return {
    figures: [
      {
        ...ratioFigure({
          key: 'tail',
          what: `picture in memory, ${SHARE * 100} % of the highest rate: p99 of the time to answer, against its p50; bare \`node:http\` in the same rounds`,
          ratios,
          atMost: GOAL,
        }),
        measured: `${withSpread(ratios)}; ${withSpread(bareRatios)}`,
      },
    ],
    series: {
      throughput: [{ name: 'picture in memory', points: throughput }],
      latency: [{ name: '70 % of the highest rate', points: distributionOf(paced) }],
    },
  };
}

/** At seven tenths of what the server can answer just now. */
async function measurePaced(url: string, seconds: number): Promise<WrkResult> {
  const { perSecond } = await runWrk(url, { seconds, core: 1 });
  return runWrk(url, { seconds, perSecond: SHARE * perSecond, core: 1 });
}

function tailOf({ latencyMs }: WrkResult): number {
  return latencyMs.p99 / latencyMs.p50;
}

function distributionOf(results: readonly WrkResult[]): Series['points'] {
  const at = (key: keyof WrkResult['latencyMs']): number =>
    median(results.map(({ latencyMs }) => latencyMs[key]));
  return [
    [50, at('p50')],
    [75, at('p75')],
    [90, at('p90')],
    [99, at('p99')],
  ];
}
