import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Figure, Measured, Series } from './figures.ts';

const FILE = join(import.meta.dirname, 'results.json');

const resultsSchema = z.object({
  /** What it was measured on. */
  machine: z.string(),
  figures: z.array(
    z.object({
      key: z.string(),
      what: z.string(),
      measured: z.string(),
      goal: z.string(),
      met: z.boolean(),
      ratio: z.number().exactOptional(),
      isCost: z.boolean().exactOptional(),
    }),
  ),
  /** By the plot's name. */
  series: z.record(
    z.string(),
    z.array(z.object({ name: z.string(), points: z.array(z.tuple([z.number(), z.number()])) })),
  ),
});

/** The last whole run, which is committed: plots are drawn from it, and the guard compares with it. */
export type Results = z.infer<typeof resultsSchema>;

/** Throws where there is none. */
export function readResults(): Results {
  return resultsSchema.parse(JSON.parse(readFileSync(FILE, 'utf8')));
}

function writeResults(results: {
  readonly machine: string;
  readonly figures: readonly Figure[];
  readonly series: Readonly<Record<string, readonly Series[]>>;
}): void {
  writeFileSync(FILE, `${JSON.stringify(results, undefined, 2)}\n`);
}

/** Writes what a whole run has found, and keeps the figures of the parts, by their keys, that no whole run has. */
export function writeWholeRun(found: Pick<Measured, 'figures' | 'series'>, others: string[]): void {
  const before = readResults();
  const kept = before.figures.filter(({ key }) => others.includes(key));
  writeResults({
    machine: describeMachine(),
    figures: [...found.figures, ...kept],
    series: { ...before.series, ...found.series },
  });
}

/** Puts figures and series in the place of those of the same names. Throws where there was no whole run. */
export function replaceResults(some: Pick<Measured, 'figures' | 'series'>): void {
  const before = readResults();
  const byKey = new Map([...before.figures, ...some.figures].map((figure) => [figure.key, figure]));
  const series = { ...before.series, ...some.series };
  writeResults({ machine: before.machine, figures: [...byKey.values()], series });
}

/** The machine in a line. */
function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  return `${availableParallelism()} cores (${model}), Node ${process.version}`;
}
