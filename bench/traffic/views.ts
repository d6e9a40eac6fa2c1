import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { createRandom } from './random.ts';

/** Those that the model has by default. */
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
/** A tenth of the badges where the kinds count that were added later. */
const LATER_KINDS = [...KINDS, ...KINDS, ...KINDS].concat([
  'released',
  'size',
  'provenance',
  'version?include_prereleases',
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

/** One badge of the model, by its canonical URL. */
export interface ViewedBadge {
  readonly path: string;
  readonly project: string;
  readonly kind: string;
}

/** Views of badges, the same in every run: each rank is seen in proportion to 1/rank. */
export interface Traffic {
  /** All badges: the one seen most comes first, and those of one package are neighbors. */
  readonly badges: readonly ViewedBadge[];
  /** The number of the badge that a lot from 0 up to 1 falls on. */
  drawn(lot: number): number;
  /** The share of all views that is of the badge with this number. */
  shareOf(number: number): number;
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

/** `hasLaterKinds`: a tenth of the badges is of kinds that were added later. */
export function createTraffic({
  hasLaterKinds = false,
  packageCount = PACKAGES,
  badgeCount = BADGES,
} = {}): Traffic {
  const kinds = hasLaterKinds ? LATER_KINDS : KINDS;
  const badges = badgesOf(packageNames(packageCount), kinds, badgeCount);
  const chances = zipf(badges.length);
  const shareOf = (number: number): number => (chances[number] ?? 0) - (chances[number - 1] ?? 0);
  return {
    badges,
    drawn: (lot) => find(chances, lot),
    shareOf,
    *views() {
      const random = createRandom(SEED);
      for (let number = 0; ; number += 1) {
        const badge = badges[find(chances, random())]?.path ?? '/';
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
      return badges.flatMap(({ path: badge }, rank) => {
        const perSecond = shareOf(rank) * viewsPerSecond;
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
function packageNames(count: number): string[] {
  const file = process.env['TOP_PACKAGES'] ?? '';
  if (!existsSync(file)) return Array.from({ length: count }, (_, rank) => `some-package-${rank}`);
  const { rows } = topPackagesSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return rows.slice(0, count).map(({ project }) => project);
}

function badgesOf(
  names: readonly string[],
  kinds: readonly string[],
  count: number,
): ViewedBadge[] {
  const random = createRandom(SEED);
  const badges = new Map<string, ViewedBadge>();
  while (badges.size < count) {
    const project = names[Math.floor((badges.size / count) * names.length)] ?? '';
    const kind = kinds[Math.floor(random() * kinds.length)] ?? '';
    const [name = '', query] = kind.split('?');
    const style = STYLES[Math.floor(random() * STYLES.length)] ?? '';
    const path = `/${name}/${project}/badge.svg${query === undefined ? style : `?${query}`}`;
    badges.set(path, { path, project, kind });
  }
  return [...badges.values()];
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
