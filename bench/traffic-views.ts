import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { createRandom } from './traffic-random.ts';

const PACKAGES = 15_000;
const BADGES = 50_000;
/** How badges are spread over kinds: a guess after what READMEs show. */
const KINDS = ['version', 'version', 'version', 'py_versions', 'py_versions', 'license'].concat([
  'license',
  'download',
  'download',
  'wheel',
  'status',
  'implementation',
]);
const STYLES = ['', '', '', '?style=flat-square', '?style=for-the-badge'];
/** Shares of the views that are written otherwise than the badge's canonical URL. */
const SPELT_OTHERWISE = 0.27;
const CACHE_BUSTED = 0.03;
const SEED = 20_131_115;

/** The ways in which people write one badge. */
const WAYS: readonly ((badge: string) => string)[] = [
  (badge) => `${badge}${badge.includes('?') ? '&maxAge=' : '?style=flat'}`,
  (badge) => `${badge}${badge.includes('?') ? '&' : '?'}x=1`,
  (badge) => `/${badge}`,
  (badge) => badge.replace(/[^/]+(?=\/badge)/, (name) => name.replaceAll('-', '__')),
  (badge) => badge.replace(/[^/]+(?=\/badge)/, (name) => name.toUpperCase()),
  (badge) => badge.replace('badge.svg', 'badge.SVG'),
];

/** Views of badges, the same in every run: each rank is seen in proportion to 1/rank. */
export interface Traffic {
  /** Paths with their queries, without end. */
  views(): Generator<string>;
  /**
   * What a cache holds at any moment of a long day, when it keeps each URL for `keptSecondsOf` after a miss: under one
   * key a badge, however it is written, or one a spelling.
   */
  held(options: {
    viewsPerSecond: number;
    keptSecondsOf: (path: string) => number;
    isOneKey: boolean;
  }): string[];
}

export function createTraffic(): Traffic {
  const badges = badgesOf(packageNames());
  const chances = zipf(badges.length);
  return {
    *views() {
      const random = createRandom(SEED);
      for (let number = 0; ; number += 1) {
        const badge = badges[find(chances, random())] ?? '/';
        const lot = random();
        const way = WAYS[Math.floor(random() * WAYS.length)];
        if (lot < CACHE_BUSTED) yield `${badge}${badge.includes('?') ? '&' : '?'}cb=${number}`;
        else if (lot < CACHE_BUSTED + SPELT_OTHERWISE) yield way?.(badge) ?? badge;
        else yield badge;
      }
    },
    held({ viewsPerSecond, keptSecondsOf, isOneKey }) {
      const random = createRandom(SEED);
      const isHeld = (path: string, perSecond: number): boolean => {
        const viewsWhileKept = perSecond * keptSecondsOf(path);
        return random() < viewsWhileKept / (1 + viewsWhileKept);
      };
      return badges.flatMap((badge, rank) => {
        const perSecond = ((chances[rank] ?? 0) - (chances[rank - 1] ?? 0)) * viewsPerSecond;
        const asItIs = perSecond * (isOneKey ? 1 : 1 - SPELT_OTHERWISE - CACHE_BUSTED);
        const inOneWay = isOneKey ? 0 : (perSecond * SPELT_OTHERWISE) / WAYS.length;
        return (isHeld(badge, asItIs) ? [badge] : []).concat(
          WAYS.filter(() => isHeld(badge, inOneWay)).map((way) => way(badge)),
        );
      });
    },
  };
}

const topPackagesSchema = z.object({ rows: z.array(z.object({ project: z.string() })) });

/** The most downloaded packages, from a file as hugovk/top-pypi-packages has it, where there is one; else invented. */
function packageNames(): string[] {
  const file = process.env['TOP_PACKAGES'] ?? '';
  if (!existsSync(file))
    return Array.from({ length: PACKAGES }, (_, rank) => `some-package-${rank}`);
  const { rows } = topPackagesSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return rows.slice(0, PACKAGES).map(({ project }) => project);
}

/** The badge seen most comes first; those of one package are neighbours. */
function badgesOf(names: readonly string[]): string[] {
  const random = createRandom(SEED);
  const badges = new Set<string>();
  while (badges.size < BADGES) {
    const name = names[Math.floor((badges.size / BADGES) * names.length)];
    const kind = KINDS[Math.floor(random() * KINDS.length)];
    const style = STYLES[Math.floor(random() * STYLES.length)];
    badges.add(`/${kind}/${name}/badge.svg${style}`);
  }
  return [...badges];
}

/** Cumulated chances of ranks. */
function zipf(ranks: number): number[] {
  let sum = 0;
  const sums = Array.from({ length: ranks }, (_, rank) => (sum += 1 / (rank + 1)));
  return sums.map((each) => each / sum);
}

/** The first rank whose cumulated chance is above the lot. */
function find(chances: readonly number[], lot: number): number {
  let [from, to] = [0, chances.length - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((chances[middle] ?? 1) > lot) to = middle;
    else from = middle + 1;
  }
  return from;
}
