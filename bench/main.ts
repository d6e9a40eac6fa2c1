// `make bench`: every figure is a ratio of two sides of the same run, a count, or a size. Names as arguments run those parts
// alone (`bench/parts.ts` has them); a run of all of them writes bench/results.json, and with --keep a run of some replaces
// their figures there.
import type { Figure, Series } from './figures.ts';
import { THOROUGH } from './options.ts';
import { PARTS } from './parts.ts';
import { describeMachine, replaceResults, writeResults } from './results.ts';

const wanted = process.argv.slice(2).filter((argument) => argument !== '--keep');
const figures: Figure[] = [];
const series: Record<string, Series[]> = {};
for (const [name, measure] of Object.entries(PARTS)) {
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
if (wanted.length === 0) writeResults({ machine: describeMachine(), figures, series });
else if (process.argv.includes('--keep')) replaceResults({ figures, series });
