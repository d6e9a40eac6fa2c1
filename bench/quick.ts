// `make bench-quick`: the ratios that say the same on any machine, in a minute, against those that are committed. Fails where
// one has fallen by more than a quarter.
import { QUICK } from './options.ts';
import { PARTS, QUICK_PARTS } from './parts.ts';
import { readResults } from './report/results.ts';

const FALL = 0.25;

const committed = new Map(readResults().figures.map((figure) => [figure.key, figure]));
let hasFallen = false;

console.log('| what | now | committed | |\n|---|---|---|---|');
for (const name of QUICK_PARTS) {
  const { figures = [] } = (await PARTS[name]?.(QUICK)) ?? {};
  for (const { key, what, ratio, isCost = false } of figures) {
    const before = committed.get(key)?.ratio;
    if (ratio === undefined || before === undefined) continue;
    const kept = isCost ? before / ratio : ratio / before;
    const isFall = kept < 1 - FALL;
    hasFallen ||= isFall;
    console.log(
      `| ${what} | ${ratio.toFixed(2)} | ${before.toFixed(2)} | ${isFall ? 'fallen' : 'kept'} |`,
    );
  }
}
process.exit(hasFallen ? 1 : 0);
