import { runDay } from './run.ts';
import type { Figure, Measured } from '../report/figures.ts';
import { createTraffic } from '../traffic/views.ts';

/** Enough room for all badges: what is asked of the API is not for want of it. */
const STORE_BADGES = 4_000_000;
const SECONDS = 600;

/** How much is asked of how much. A longer list of packages brings those that few ask for. */
const SIZES = [
  { views: '10 million', viewsPerSecond: 116, packageCount: 15_000, badgeCount: 50_000 },
  { views: '100 million', viewsPerSecond: 1_157, packageCount: 100_000, badgeCount: 350_000 },
  { views: 'a billion', viewsPerSecond: 11_574, packageCount: 500_000, badgeCount: 1_500_000 },
];

/**
 * Ten minutes of days of several sizes, with a follower, on a simulated clock: what the API and the upstreams are asked.
 * docs/scale.md reads it.
 */
export async function measureScale(): Promise<Measured> {
  const figures: Figure[] = [];
  for (const size of SIZES) figures.push(await measureSize(size));
  return { figures };
}

async function measureSize(size: (typeof SIZES)[number]): Promise<Figure> {
  const { views, viewsPerSecond, packageCount, badgeCount } = size;
  const traffic = createTraffic({ hasLaterKinds: true, packageCount, badgeCount });
  const withDownloads = traffic.badges.filter(({ kind }) => kind === 'download');
  const counted = new Set(withDownloads.map(({ project }) => project)).size;
  const { asked, fetches, ...outcome } = await runDay({
    traffic,
    viewsPerSecond,
    isFollowed: true,
    asksSimple: true,
    rooms: [STORE_BADGES],
    warmUpSeconds: SECONDS,
    measuredSeconds: SECONDS,
  });
  const [misses = 0] = fetches;
  return {
    key: `scale-${viewsPerSecond}`,
    what: `${views} views a day of ${badgeCount.toLocaleString('en')} badges of ${packageCount.toLocaleString('en')} packages, with a follower: hits per miss; requests a second to the API; requests a minute to PyPI; packages whose downloads are shown`,
    measured: `${(outcome.views / misses).toFixed(0)}; ${(misses / SECONDS).toFixed(1)}; ${((60 * asked.pypi) / SECONDS).toFixed(0)}; ${counted.toLocaleString('en')}`,
    goal: '-',
    met: true,
  };
}
