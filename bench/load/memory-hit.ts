import { startBareServer } from '../servers/bare-server.ts';
import { compareInTurn, type Measured, ratioFigure } from '../report/figures.ts';
import type { BenchOptions } from '../options.ts';
import { startProgram, startService } from '../servers/processes.ts';
import { runWrk } from '../servers/wrk.ts';

const PATH = '/version/package-1/badge.svg';
const KOA_GOAL = 0.9;
const NODE_GOAL = 0.55;
/** The server has one core, and the load the other. */
const SERVER_CORE = 0;
const LOAD_CORE = 1;

/** A picture in memory, against Koa, and against Node alone, that do nothing but send the same bytes and headers. */
export async function measureMemoryHit({ rounds, seconds }: BenchOptions): Promise<Measured> {
  const upstream = await startProgram('upstream.ts', [], {});
  const service = await startService(
    { PYPI_URL: upstream.url, PYPISTATS_URL: upstream.url },
    { core: SERVER_CORE },
  );
  const koa = await startBareServer('bare-koa.ts', service.url + PATH, { core: SERVER_CORE });
  const node = await startBareServer('bare-node.ts', service.url + PATH, { core: SERVER_CORE });

  const rateOf = (url: string) => async (): Promise<number> =>
    (await runWrk(url + PATH, { seconds, core: LOAD_CORE })).perSecond;
  for (const { url } of [service, koa, node]) await rateOf(url)();
  const toKoa = await compareInTurn(rounds, rateOf(service.url), rateOf(koa.url));
  const toNode = await compareInTurn(rounds, rateOf(service.url), rateOf(node.url));

  await Promise.all([service, koa, node, upstream].map((program) => program.stop()));
  return {
    figures: [
      ratioFigure({
        key: 'memory-hit-koa',
        what: 'picture in memory, requests a second, 50 clients, against bare Koa',
        ratios: toKoa,
        atLeast: KOA_GOAL,
      }),
      ratioFigure({
        key: 'memory-hit-node',
        what: 'the same against bare `node:http`',
        ratios: toNode,
        atLeast: NODE_GOAL,
      }),
    ],
  };
}
