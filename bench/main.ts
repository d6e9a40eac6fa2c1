// `make bench`: every figure is a ratio of two sides of the same run, a count, or a size. Names as arguments run those parts
// alone (`bench/parts.ts` has them, and the long ones, which have to be named); a run of all writes bench/report/results.json, and
// with --keep a run of some replaces their figures there.
import type { Figure, Series } from './report/figures.ts';
import { THOROUGH } from './options.ts';
import { LONG_PARTS, PARTS } from './parts.ts';
import { replaceResults, writeWholeRun } from './report/results.ts';

const wanted = process.argv.slice(2).filter((argument) => argument !== '--keep');
const figures: Figure[] = [];
const series: Record<string, Series[]> = {};
const parts = wanted.length === 0 ? PARTS : { ...PARTS, ...LONG_PARTS };
for (const [name, measure] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  if (process.stderr.isTTY) process.stderr.write(`${name} …\n`);
  const measured = await measure(THOROUGH);
  figures.push(...measured.figures);
  for (const [plot, some] of Object.entries(measured.series ?? {})) series[plot] = [...some];
}

console.log('| what | measured | goal | |\n|---|---|---|---|');
for (const { what, measured, goal, met } of figures) {
  console.log(`| ${what} | ${measured} | ${goal} | ${met ? 'met' : 'missed'} |`);
}
if (wanted.length === 0) writeWholeRun({ figures, series }, Object.keys(LONG_PARTS));
else if (process.argv.includes('--keep')) replaceResults({ figures, series });
