import { type DayOutcome, runDay } from './run.ts';
import type { Figure, Measured, Series } from '../report/figures.ts';
import type { BenchOptions } from '../options.ts';
import { createTraffic } from '../traffic/views.ts';

const VIEWS_PER_SECOND = 120;
const HOUR_SECONDS = 3_600;
/** Of the edge's store; the last one is that of the real edge. */
const STORES_MB = [16, 32, 64, 128, 256];
/** What a badge takes of it: `bench/load/edge-bytes.ts`. */
const BADGE_BYTES = 1_700;
const HITS_GOAL = 100;
/** Hits a miss, as its authors counted. */
const PYPIP_IN = 10;
const FRESH_SECONDS = 600;
const BUDGET = 20;
const WRONG_GOAL_SECONDS = 60;
const GROWTH_GOAL_PERCENT = 10;

/**
 * A day of views of 50,000 badges of 15,000 packages, a tenth of them of the kinds that were added later, with bursts, a scraper, and a release every eight seconds: what the
 * edge and the upstreams see of them, on a simulated clock. Nothing lives long without a follower: six hours from the
 * daily load of downloads on are enough there.
 */
export async function measureDay({ isQuick }: BenchOptions): Promise<Measured> {
  const traffic = createTraffic({ hasLaterKinds: true });
  const storesMB = isQuick ? STORES_MB.slice(-1) : STORES_MB;
  const rooms = storesMB.map((megabytes) => Math.floor((megabytes * 2 ** 20) / BADGE_BYTES));
  const common = { traffic, rooms, viewsPerSecond: VIEWS_PER_SECOND, asksSimple: true };
  const day = {
    ...common,
    isFollowed: true,
    warmUpSeconds: 2 * HOUR_SECONDS,
    measuredSeconds: (isQuick ? 6 : 24) * HOUR_SECONDS,
  };
  const followed = await runDay(day);
  const loaded = await runDay({ ...day, hasLoad: true });
  const earlier = await runDay({ ...day, traffic: createTraffic(), asksSimple: false });
  const alone = await runDay({
    ...common,
    isFollowed: false,
    warmUpSeconds: 2 * HOUR_SECONDS,
    measuredSeconds: (isQuick ? 1 : 6) * HOUR_SECONDS,
  });
  const hits = (name: string, outcome: DayOutcome): Series => ({
    name,
    points: storesMB.map((megabytes, index) => [megabytes, hitsPerMiss(outcome, index)]),
  });
  return {
    figures: [
      figureOfHits(followed, alone),
      figureOfPypi(followed, alone),
      figureOfSimple(followed, earlier),
      figureOfPypistats(followed, alone),
      figureOfLoad(loaded),
      figureOfWrong(followed, alone),
    ],
    series: { hitsPerMiss: [hits('with a follower', followed), hits('without', alone)] },
  };
}

function figureOfHits(followed: DayOutcome, alone: DayOutcome): Figure {
  const { views, causes } = followed;
  const shares = [...causes]
    .toSorted(([, one], [, other]) => other - one)
    .map(([cause, count]) => `${cause} ${perMillion(count, views)}`);
  return {
    key: 'day-hits',
    what: `a day of ${(views / 1e6).toFixed(1)} million views: hits per miss at the edge, with a follower of the releases and without; its fetches for a million views, by cause`,
    measured: `${hitsPerMiss(followed).toFixed(0)}, ${hitsPerMiss(alone).toFixed(1)}; ${shares.join(', ')}`,
    goal: `≥ ${HITS_GOAL} (pypip.in: ${PYPIP_IN})`,
    met: hitsPerMiss(followed) >= HITS_GOAL,
  };
}

function figureOfPypi(followed: DayOutcome, alone: DayOutcome): Figure {
  const sides = [followed, alone];
  const leastSeconds = Math.min(...sides.map(({ asked }) => asked.leastSecondsApart));
  const unchanged = sides.map(({ asked }) => asked.unchanged / asked.pypi);
  return {
    key: 'day-pypi',
    what: 'the same: requests to PyPI for a million views; how many are 304; seconds between two for one package, at the least, those of the follower aside',
    measured: `${sides.map(({ asked, views }) => perMillion(asked.pypi, views)).join(', ')}; ${unchanged.map((share) => `${Math.round(100 * share)} %`).join(', ')}; ${leastSeconds.toFixed(0)}`,
    goal: `most of them 304; ≥ ${FRESH_SECONDS} s`,
    met: Math.min(...unchanged) > 0.5 && leastSeconds >= FRESH_SECONDS,
  };
}

function figureOfSimple(followed: DayOutcome, earlier: DayOutcome): Figure {
  const [now, before] = [followed, earlier].map(({ asked, views }) => asked.pypi / views);
  const growth = (now ?? 0) / (before ?? 0) - 1;
  return {
    key: 'day-simple',
    what: 'the same, with a follower: requests to the Simple API for a million views; growth of all requests to PyPI by it, and by a tenth of the views being of released, size, provenance and ?include_prereleases',
    measured: `${perMillion(followed.asked.simple, followed.views)}; ${(100 * growth).toFixed(1)} %`,
    goal: `< ${GROWTH_GOAL_PERCENT} %`,
    met: 100 * growth < GROWTH_GOAL_PERCENT,
  };
}

function figureOfPypistats(followed: DayOutcome, alone: DayOutcome): Figure {
  const sides = [followed.asked, alone.asked];
  const most = sides.map((asked) => asked.pypistatsInAnyMinute);
  return {
    key: 'day-pypistats',
    what: 'the same: requests to pypistats.org for a million views, with a follower; most in any minute, with it and without',
    measured: `${perMillion(followed.asked.pypistats, followed.views)}; ${most.join(', ')}`,
    goal: `≤ ${BUDGET} a minute`,
    met: Math.max(...most) <= BUDGET,
  };
}

function figureOfLoad(loaded: DayOutcome): Figure {
  const { asked, views } = loaded;
  return {
    key: 'day-load',
    what: 'the same with a follower and a load of all downloads each day: hits per miss; requests to pypistats.org for a million views',
    measured: `${hitsPerMiss(loaded).toFixed(0)}; ${perMillion(asked.pypistats, views)}`,
    goal: `≥ ${HITS_GOAL}; none`,
    met: hitsPerMiss(loaded) >= HITS_GOAL && asked.pypistats === 0,
  };
}

function figureOfWrong(followed: DayOutcome, alone: DayOutcome): Figure {
  const show = ({ wrongSeconds }: DayOutcome): string =>
    [0.5, 0.99, 1].map((share) => percentile(wrongSeconds, share).toFixed(0)).join('/');
  return {
    key: 'day-wrong',
    what: 'the same: seconds from a release until no edge shows the version before it (p50/p99/most), with a follower and without',
    measured: `${show(followed)}, ${show(alone)}`,
    goal: `p99 ≤ ${WRONG_GOAL_SECONDS}`,
    met: percentile(followed.wrongSeconds, 0.99) <= WRONG_GOAL_SECONDS,
  };
}

/** At the edge with that number; the last one by default. */
function hitsPerMiss({ views, fetches }: DayOutcome, edge = fetches.length - 1): number {
  return views / (fetches[edge] ?? 0);
}

function perMillion(count: number, views: number): string {
  return Math.round((count / views) * 1e6).toLocaleString('en');
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)] ?? Number.NaN;
}
