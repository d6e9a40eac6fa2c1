import { type Measured, median, withSpread } from '../report/figures.ts';
import type { BenchOptions } from '../options.ts';
import { startProgram, startService } from '../servers/processes.ts';
import { startEdge } from '../traffic/edge.ts';
import { runWrk } from '../servers/wrk.ts';

const PATH = '/version/package-1/badge.svg';
const MAX_MB = 512;
const CORE = 0;
const HIT_GOAL = 3_000;
const MISS_GOAL = 400;

/** Varnish and one process on a single core, the load on another: what the smallest machine one can rent would carry. */
export async function measureSmallMachine({ rounds, seconds }: BenchOptions): Promise<Measured> {
  const upstream = await startProgram('upstream.ts', [], {}, { core: 1 });
  const settings = { PYPI_URL: upstream.url, PYPISTATS_URL: upstream.url };
  const service = await startService(settings, { core: CORE });
  const edge = await startEdge(service.url, undefined, { core: CORE, storage: '128m' });
  const hits: number[] = [];
  const misses: number[] = [];
  let mostBytes = 0;
  for (let round = 0; round < rounds; round += 1) {
    hits.push((await runWrk(edge.url + PATH, { seconds, core: 1 })).perSecond);
    const unique = { seconds, core: 1, clients: 20, script: 'new-urls.lua' };
    misses.push((await runWrk(`${edge.url}${PATH}?label=NEW`, unique)).perSecond);
    mostBytes = Math.max(mostBytes, service.memoryBytes() + edge.memoryBytes());
  }
  await Promise.all([edge.stop(), service.stop(), upstream.stop()]);
  const megabytes = mostBytes / 1e6;
  return {
    figures: [
      {
        key: 'small-hits',
        what: 'Varnish and one process on a single core: hits a second',
        measured: withSpread(hits, 0),
        goal: `≥ ${HIT_GOAL}`,
        met: median(hits) >= HIT_GOAL,
      },
      {
        key: 'small-misses',
        what: 'the same: new pictures a second through both',
        measured: withSpread(misses, 0),
        goal: `≥ ${MISS_GOAL}`,
        met: median(misses) >= MISS_GOAL,
      },
      {
        key: 'small-memory',
        what: 'the same: memory of all of it',
        measured: `${Math.round(megabytes)} MB`,
        goal: `≤ ${MAX_MB} MB`,
        met: megabytes <= MAX_MB,
      },
    ],
  };
}
