import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '../../cache/store/sqlite/store.ts';
import { createLoadRecords, type Load } from '../../src/downloads/loads.ts';
import { PYPINS, SHARED_CODE } from '../../stack/program.ts';
import { compareInTurn, type Figure, type Measured, ratioFigure } from '../report/figures.ts';
import type { BenchOptions } from '../options.ts';
import { startProgram, startService } from '../servers/processes.ts';
import { type Run, runProgram, TELL_USAGE } from '../servers/run-program.ts';
import { runWrk } from '../servers/wrk.ts';

const GOALS = { cpuSeconds: 600, peakMegabytes: 250, storedMegabytes: 25, ratio: 1.2 };
const STORE_BYTES = 512 * 1024 * 1024;
const SERVER_CORE = 0;
const LOAD_CORE = 1;
const WARM_ROUNDS = 3;

/** A load of 800,000 projects from the real ClickHouse, and what a badge costs that is made from it. */
export async function measureDownloads(options: BenchOptions): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), 'pypins-bench-'));
  const clickhouse = await startProgram('clickhouse.ts', [], {});
  const settings = {
    ...SHARED_CODE,
    CACHE_DIR: directory,
    DOWNLOADS_SOURCE: 'clickhouse',
    CLICKHOUSE_URL: clickhouse.url,
    CLICKHOUSE_PAUSE_SECONDS: '0',
  };
  const run = await runProgram(PYPINS, ['downloads', 'load'], {
    ...settings,
    NODE_OPTIONS: TELL_USAGE,
  });
  await clickhouse.stop();
  const load = await readLoad(directory);
  if (run.code !== 0 || load === undefined) throw new Error('nothing was loaded');
  const figures = [...figuresOfLoad(run, load), await measureBadge(settings, options)];
  rmSync(directory, { recursive: true, force: true });
  return { figures };
}

async function readLoad(directory: string): Promise<Load | undefined> {
  const path = join(directory, 'facts.sqlite');
  const store = createSqliteStore({ path, maxBytes: STORE_BYTES });
  const published = await createLoadRecords(store).published();
  await store.close();
  return published?.current;
}

function figuresOfLoad(run: Run, { projects, bytes }: Load): Figure[] {
  const megabytes = bytes / 1e6;
  return [
    {
      key: 'load',
      what: `load of ${projects.toLocaleString('en')} projects from ClickHouse, without the pauses: seconds; of these on a core of our own; most memory of the process`,
      measured: `${run.seconds.toFixed(0)}; ${run.cpuSeconds.toFixed(0)}; ${run.peakMegabytes.toFixed(0)} MB`,
      goal: `own < ${GOALS.cpuSeconds}; < ${GOALS.peakMegabytes} MB`,
      met: run.cpuSeconds < GOALS.cpuSeconds && run.peakMegabytes < GOALS.peakMegabytes,
    },
    {
      key: 'load-bytes',
      what: 'the same: what is kept of it in the store',
      measured: `${megabytes.toFixed(1)} MB`,
      goal: `≤ ${GOALS.storedMegabytes} MB`,
      met: megabytes <= GOALS.storedMegabytes,
    },
  ];
}

/** New badges of a project from the load, and from facts in memory. */
async function measureBadge(
  settings: Record<string, string>,
  { rounds, seconds }: BenchOptions,
): Promise<Figure> {
  const upstream = await startProgram('upstream.ts', [], {});
  const upstreams = { PYPI_URL: upstream.url, PYPISTATS_URL: upstream.url };
  const where = { core: SERVER_CORE };
  const loaded = await startService({ ...settings, ...upstreams }, where);
  const asking = await startService(upstreams, where);
  const rateOf = (url: string) => async (): Promise<number> =>
    (await runWrk(url, { seconds, core: LOAD_CORE, script: 'new-urls.lua' })).perSecond;
  const ofLoad = rateOf(`${loaded.url}/pypi/dm/requests.svg?label=NEW`);
  const ofFacts = rateOf(`${asking.url}/pypi/dm/package-1.svg?label=NEW`);
  for (let round = 0; round < WARM_ROUNDS; round += 1) {
    await ofLoad();
    await ofFacts();
  }
  const ratios = await compareInTurn(rounds, ofFacts, ofLoad);
  await Promise.all([loaded, asking, upstream].map((program) => program.stop()));
  return ratioFigure({
    key: 'load-badge',
    what: 'new badge from a load in the store: time against one from facts in memory',
    ratios,
    atMost: GOALS.ratio,
  });
}
