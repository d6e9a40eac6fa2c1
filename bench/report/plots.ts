// `node bench/report/plots.ts`: draws the series of bench/report/results.json into docs/plots.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawPlot, type Plot } from './plots-svg.ts';
import { readResults } from './results.ts';

const DIRECTORY = join(import.meta.dirname, '../../docs/plots');

/** By the series' name in the results: the file, and how it is drawn. */
const PLOTS: Readonly<Record<string, Omit<Plot, 'series'> & { readonly file: string }>> = {
  throughput: {
    file: 'throughput',
    title: 'Throughput of one process',
    x: { label: 'clients at once', scale: 'log' },
    y: { label: 'requests a second' },
  },
  latency: {
    file: 'latency',
    title: 'Time to answer',
    x: { label: 'per cent of the requests', scale: 'nines' },
    y: { label: 'milliseconds' },
  },
  hitsPerMiss: {
    file: 'hits-per-miss',
    title: 'Hits per miss at the edge',
    x: { label: 'size of its store, MiB', scale: 'log' },
    y: { label: 'hits per miss' },
  },
  memory: {
    file: 'memory',
    title: 'Memory of one process',
    x: { label: 'requests', scale: 'linear' },
    y: { label: 'MB resident' },
  },
};

const { series } = readResults();
mkdirSync(DIRECTORY, { recursive: true });
for (const [name, { file, ...plot }] of Object.entries(PLOTS)) {
  const some = series[name];
  if (some === undefined) throw new Error(`bench/report/results.json has no series ${name}`);
  writeFileSync(join(DIRECTORY, `${file}.svg`), drawPlot({ ...plot, series: some }));
}
