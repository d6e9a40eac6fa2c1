import { startBareServer } from '../servers/bare-server.ts';
import { compareInTurn, type Figure, type Measured, ratioFigure } from '../report/figures.ts';
import type { BenchOptions } from '../options.ts';
import { type Program, startProgram, startService } from '../servers/processes.ts';
import { runWrk } from '../servers/wrk.ts';

/** The server has one core, and the load the other. */
const SERVER_CORE = 0;
const LOAD_CORE = 1;
/** Code that has run for a while is compiled. */
const WARM_ROUNDS = { quick: 3, thorough: 8 };

interface Case {
  readonly key: string;
  readonly what: string;
  /** With NEW where each request has a number of its own. */
  readonly path: string;
  readonly atLeast: number;
}

const CASES: readonly Case[] = [
  {
    key: 'new-svg-url',
    what: 'every URL new, SVG of words: requests a second, 50 clients, against a bare Koa that calls badge-maker',
    path: '/badge/a-bNEW-blue.svg',
    atLeast: 0.6,
  },
  {
    key: 'new-label-url',
    what: 'the same for a known project with a new label',
    path: '/pypi/v/package-1?label=NEW',
    atLeast: 0.5,
  },
  {
    key: 'new-png-url',
    what: 'the same for PNGs of words, against badge-maker and sharp',
    path: '/badge/a-bNEW-blue.png',
    atLeast: 0.85,
  },
];

/** What Varnish asks for: URLs that the service has not seen lately, against servers that do nothing but draw them. */
export async function measureNewUrls({
  rounds,
  seconds,
  isQuick,
}: BenchOptions): Promise<Measured> {
  const upstream = await startProgram('upstream.ts', [], {});
  const service = await startService(
    { PYPI_URL: upstream.url, PYPISTATS_URL: upstream.url },
    { core: SERVER_CORE },
  );
  const rateOf = async ({ url }: Program, path: string): Promise<number> =>
    (await runWrk(url + path, { seconds, core: LOAD_CORE, script: 'new-urls.lua' })).perSecond;
  const warmRounds = isQuick ? WARM_ROUNDS.quick : WARM_ROUNDS.thorough;
  const figures: Figure[] = [];
  for (const { path, ...goal } of CASES) {
    const bare = await startBareServer('bare-drawing.ts', service.url + path, {
      core: SERVER_CORE,
      like: service,
    });
    for (let round = 0; round < warmRounds; round += 1)
      for (const each of [service, bare]) await rateOf(each, path);
    const ours = () => rateOf(service, path);
    const theirs = () => rateOf(bare, path);
    figures.push(ratioFigure({ ...goal, ratios: await compareInTurn(rounds, ours, theirs) }));
    await bare.stop();
  }
  await Promise.all([service.stop(), upstream.stop()]);
  return { figures };
}
