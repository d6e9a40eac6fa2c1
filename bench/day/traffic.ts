import { createRandom } from '../traffic/random.ts';
import type { Traffic, ViewedBadge } from '../traffic/views.ts';

const DAY_SECONDS = 86_400;
const SEED = 20_150_601;
const RELEASE_EVERY_SECONDS = 8;
/** One badge is asked for so many times as often, for some minutes: its README is in the news. */
const BURST = 100;
const BURST_EVERY_SECONDS = 7_200;
const BURST_SECONDS = { least: 120, most: 600 };
/** What comes into the news was known to some before. */
const BURST_RANKS = 5_000;

/** What happens in the world, the same in every run. To be asked second by second. */
export interface DayTraffic {
  /** The numbers of the badges that are asked for in this second, in their order. */
  readonly views: (second: number) => number[];
  /** The package that has a new release in this second, if one has. */
  readonly release: () => string | undefined;
}

/** Views at their pace, a burst now and then, one scraper that walks all packages by the alphabet once a day, and releases. */
export function createDayTraffic(traffic: Traffic, viewsPerSecond: number): DayTraffic {
  const random = createRandom(SEED);
  const byAlphabet = [...traffic.badges.keys()].toSorted(byProject(traffic.badges));
  const burst = createBursts(traffic, viewsPerSecond, random);
  const projects = [...new Set(traffic.badges.map(({ project }) => project))];

  return {
    views(second) {
      const asked = Array.from({ length: viewsPerSecond }, () => traffic.drawn(random()));
      const ofDay = second % DAY_SECONDS;
      const at = (seconds: number): number =>
        Math.floor((seconds / DAY_SECONDS) * byAlphabet.length);
      const scraped = byAlphabet.slice(at(ofDay), at(ofDay + 1));
      return asked.concat(scraped, burst());
    },
    release() {
      if (random() >= 1 / RELEASE_EVERY_SECONDS) return undefined;
      // What is used much is released more often.
      return projects[Math.floor(random() ** 2 * projects.length)];
    },
  };
}

function byProject(badges: readonly ViewedBadge[]): (one: number, other: number) => number {
  const nameOf = (number: number): string => badges[number]?.project ?? '';
  return (one, other) =>
    nameOf(one) < nameOf(other) ? -1 : nameOf(one) > nameOf(other) ? 1 : one - other;
}

/** The views that come on top, second by second. */
function createBursts(
  traffic: Traffic,
  viewsPerSecond: number,
  random: () => number,
): () => number[] {
  let badge = 0;
  let left = 0;
  let owed = 0;
  return () => {
    if (left === 0 && random() < 1 / BURST_EVERY_SECONDS) {
      badge = Math.floor(random() * BURST_RANKS);
      const { least, most } = BURST_SECONDS;
      left = Math.floor(least + random() * (most - least));
    }
    if (left === 0) return [];
    left -= 1;
    owed += (BURST - 1) * viewsPerSecond * traffic.shareOf(badge);
    const count = Math.floor(owed);
    owed -= count;
    return Array.from({ length: count }, () => badge);
  };
}
