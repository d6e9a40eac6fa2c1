import type { DownloadFacts } from '../../facts/schema.ts';
import {
  type Breakdown,
  byMajor,
  type Point,
  pointsOf,
  type Series,
} from '../../downloads/series.ts';

/** The endpoints of pypistats.org's API, https://pypistats.org/api/. */
export const ENDPOINTS = ['recent', 'overall', 'python_major', 'python_minor', 'system'] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

const PERIODS = ['day', 'month', 'week'] as const;

/** What a request asks for. A parameter that is not given is undefined. */
export interface Asked {
  readonly parameters: Readonly<Partial<Record<'period' | 'mirrors' | 'version' | 'os', string>>>;
}

/** Returns the data of `recent`; undefined for an unknown period, or if it has no downloads. */
export function recentData(
  counts: DownloadFacts,
  { parameters: { period } }: Asked,
): Record<string, number> | undefined {
  const of = { day: counts.lastDay, month: counts.lastMonth, week: counts.lastWeek };
  const wanted = PERIODS.filter((each) => period === undefined || each === period);
  if (wanted.every((each) => of[each] === 0)) return undefined;
  return Object.fromEntries(wanted.map((each) => [`last_${each}`, of[each]]));
}

interface SeriesEndpoint {
  readonly breakdown: Breakdown;
  readonly points: (series: Series) => Point[];
  /** The category that the request is limited to; undefined: all. */
  readonly only: (asked: Asked) => string | undefined;
  /** Whether a project without downloads is not found; else its data is empty. */
  readonly needsDownloads: boolean;
}

/** The other endpoints. */
export const SERIES: Readonly<Record<Exclude<Endpoint, 'recent'>, SeriesEndpoint>> = {
  overall: {
    breakdown: 'overall',
    points: pointsOf,
    only: ({ parameters: { mirrors } }) =>
      mirrors === 'true' ? 'with_mirrors' : mirrors === 'false' ? 'without_mirrors' : undefined,
    needsDownloads: true,
  },
  python_major: {
    breakdown: 'python',
    points: (series) => pointsOf(byMajor(series)),
    only: ({ parameters: { version } }) => titleCase(version),
    needsDownloads: false,
  },
  python_minor: {
    breakdown: 'python',
    points: pointsOf,
    only: ({ parameters: { version } }) => titleCase(version),
    needsDownloads: false,
  },
  system: {
    breakdown: 'system',
    points: pointsOf,
    only: ({ parameters: { os } }) => titleCase(os),
    needsDownloads: false,
  },
};

/** Returns the data of an endpoint; undefined if there is none, and that is an error. */
export function seriesData(
  endpoint: Exclude<Endpoint, 'recent'>,
  series: Series,
  asked: Asked,
): Point[] | undefined {
  const { points, only, needsDownloads } = SERIES[endpoint];
  const category = only(asked);
  const data = points(series).filter((point) => [undefined, point.category].includes(category));
  return needsDownloads && data.length === 0 ? undefined : data;
}

/** As there: `linux` is `Linux`, and `other` and `null` match nothing. */
function titleCase(text: string | undefined): string | undefined {
  return text?.replace(
    /[a-z]+/gi,
    (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase(),
  );
}
