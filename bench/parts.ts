import { measureCold } from './load/cold.ts';
import { measureCostModel } from './load/cost-model.ts';
import { measureDay } from './day/day.ts';
import { measureDownloads } from './load/downloads.ts';
import { measureDrawing } from './load/drawing.ts';
import { measureEdgeBytes } from './load/edge-bytes.ts';
import { measureEdgeHit } from './load/edge-hit.ts';
import { measureFactsInRedis } from './load/facts-in-redis.ts';
import type { Measured } from './report/figures.ts';
import { measureFloods } from './load/floods.ts';
import { measureManyPackages, measureMillion } from './load/many-packages.ts';
import { measureMemoryHit } from './load/memory-hit.ts';
import type { BenchOptions } from './options.ts';
import { measurePage } from './load/page.ts';
import { measureTwoProcesses } from './load/processes-side-by-side.ts';
import { measureNewUrls } from './load/new-urls.ts';
import { measureSharing } from './load/sharing.ts';
import { measureSmallMachine } from './load/small-machine.ts';
import { measureStart } from './load/start.ts';
import { measureTail } from './load/tail.ts';
import { measureTraffic } from './traffic/traffic.ts';

/** Measures one thing. */
export type Part = (options: BenchOptions) => Promise<Measured>;

/** All that there is to measure, by the names that the command line takes. */
export const PARTS: Readonly<Record<string, Part>> = {
  'memory-hit': measureMemoryHit,
  'new-urls': measureNewUrls,
  'edge-hit': measureEdgeHit,
  drawing: measureDrawing,
  'facts-in-redis': measureFactsInRedis,
  'two-processes': measureTwoProcesses,
  floods: measureFloods,
  tail: measureTail,
  cold: measureCold,
  sharing: measureSharing,
  'cost-model': measureCostModel,
  start: measureStart,
  page: measurePage,
  'edge-bytes': measureEdgeBytes,
  'many-packages': measureManyPackages,
  downloads: measureDownloads,
  'small-machine': measureSmallMachine,
  day: measureDay,
  traffic: measureTraffic,
};

/** What takes a quarter of an hour by itself: measured where it is named. */
export const LONG_PARTS: Readonly<Record<string, Part>> = { million: measureMillion };

/** Those whose ratios are guarded, in a minute. */
export const QUICK_PARTS: readonly string[] = [
  'memory-hit',
  'new-urls',
  'edge-hit',
  'drawing',
  'facts-in-redis',
  'tail',
  'cold',
];
