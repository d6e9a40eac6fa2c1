// `make bench`: every figure is a ratio of two sides of the same run, a count, or a size. A name as argument runs that
// part alone: memory-hit, drawing, sharing, many-packages, start, edge-hit, traffic.
import { measureDrawing } from './drawing.ts';
import { measureEdgeHit } from './edge-hit.ts';
import type { Figure } from './figures.ts';
import { measureManyPackages } from './many-packages.ts';
import { measureMemoryHit } from './memory-hit.ts';
import { measureSharing } from './sharing.ts';
import { measureStart } from './start.ts';
import { measureTraffic } from './traffic.ts';

const PARTS: Readonly<Record<string, () => Promise<Figure | Figure[]>>> = {
  'memory-hit': measureMemoryHit,
  drawing: measureDrawing,
  sharing: measureSharing,
  'many-packages': measureManyPackages,
  start: measureStart,
  'edge-hit': measureEdgeHit,
  traffic: measureTraffic,
};

const wanted = process.argv.slice(2);
const figures: Figure[] = [];
for (const [name, measure] of Object.entries(PARTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  if (process.stderr.isTTY) process.stderr.write(`${name} …\n`);
  figures.push(...[await measure()].flat());
}

console.log('| what | measured | goal | |\n|---|---|---|---|');
for (const { what, measured, goal, met } of figures) {
  console.log(`| ${what} | ${measured} | ${goal} | ${met ? 'met' : 'missed'} |`);
}
