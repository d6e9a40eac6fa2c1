import { z } from 'zod';
import type { FactsSource } from '../../cache/facts/contract.ts';
import type { ClickHouse, Query } from './clickhouse/client.ts';
import { ageInDays, dayOf, nextLoadMs, shiftDay } from './days.ts';
import { day, integer, LEFT_OUT, MODE, parse, throwing } from './clickhouse/queries.ts';
import { QueryError } from './clickhouse/query-error.ts';

/** What downloads are counted by, as at pypistats.org; `python` is by minor versions. */
export const BREAKDOWNS = ['overall', 'python', 'system'] as const;
export type Breakdown = (typeof BREAKDOWNS)[number];

/** pypistats.org keeps 180 days and the last one. */
const DAYS = 181;
const MAX_CATEGORIES = 100;
/** As there: longer ones, and these two, are dropped. */
const MAX_CATEGORY = 128;
const NO_CATEGORY = new Set(['', '.']);

/** Downloads a day by category: from the last day on, back in time; a day without downloads is 0. */
export const seriesSchema = z.object({
  through: z.string(),
  counts: z.record(z.string(), z.array(z.number())),
});
export type Series = z.infer<typeof seriesSchema>;

const answerSchema = z.tuple([z.array(z.tuple([z.string(), day, integer])), integer, throwing]);

/** Returns the id of a series. */
export function seriesId(project: string, breakdown: Breakdown): string {
  return `${project}:${breakdown}`;
}

export interface SeriesOptions {
  readonly database: string;
  /** The last day that is counted; undefined: not known yet. */
  readonly lastDay: () => Promise<string | undefined>;
  /** Whether a project is known to have no downloads, so that nothing has to be asked. */
  readonly hasNone: (project: string) => Promise<boolean>;
  readonly query: ClickHouse['query'];
  readonly clock?: () => number;
  readonly random?: () => number;
}

/** Creates the source of downloads a day, asked of ClickHouse on demand. A project without any has an empty series. */
export function createSeriesSource(options: SeriesOptions): FactsSource<Series> {
  const { database, lastDay, hasNone, query, clock = Date.now, random = Math.random } = options;
  return {
    name: 'clickhouse',
    schema: seriesSchema,
    freshUntilMs: (fetchedAtMs) => nextLoadMs(fetchedAtMs, random()),
    async load(id, _previous, signal) {
      const through = (await lastDay()) ?? dayOf(clock(), -1);
      const [project = '', breakdown = ''] = id.split(':');
      if (await hasNone(project)) return { state: 'known', value: { through, counts: {} } };
      const answer = await query(seriesQuery(database, project, breakdown, through), signal);
      return { state: 'known', value: readSeries(answer, through) };
    },
  };
}

function seriesQuery(database: string, project: string, breakdown: string, through: string): Query {
  return {
    sql: `
SELECT groupArray((category, date, downloads)) AS series, count() AS n, ${MODE} AS mode
FROM (${tableOf(database, breakdown)})`,
    parameters: { p: project, e: through },
  };
}

function tableOf(database: string, breakdown: string): string {
  const name = `${database}.pypi_downloads_per_day_by_version_by_`;
  const where = `WHERE project = {p:String} AND date > {e:Date} - ${DAYS} AND date <= {e:Date}`;
  const sum = 'date, toInt64(sum(count)) AS downloads';
  if (breakdown === 'overall') {
    const from = `FROM ${name}installer_by_type ${where}`;
    return `SELECT 'with_mirrors' AS category, ${sum} ${from} GROUP BY date
  UNION ALL
  SELECT 'without_mirrors' AS category, ${sum} ${from} AND installer NOT IN ${LEFT_OUT} GROUP BY date`;
  }
  const category =
    breakdown === 'python'
      ? "if(python_minor = '', 'null', python_minor)"
      : "multiIf(system = '', 'null', system IN ('Windows', 'Linux', 'Darwin'), system, 'other')";
  return `SELECT ${category} AS category, ${sum} FROM ${name}${breakdown} ${where} GROUP BY category, date`;
}

function readSeries(answer: unknown, through: string): Series {
  const [rows, n] = parse(answerSchema, answer);
  if (rows.length !== n) throw new QueryError('incomplete', 'sent fewer rows than it says');
  const counts = new Map<string, number[]>();
  for (const [category, date, downloads] of rows) {
    const isNew = !counts.has(category);
    if (category.length > MAX_CATEGORY || NO_CATEGORY.has(category)) continue;
    if (isNew && counts.size >= MAX_CATEGORIES) continue;
    const age = ageInDays(date, Date.parse(through));
    if (age < 0 || age >= DAYS) continue;
    const byAge = counts.get(category) ?? [];
    while (byAge.length <= age) byAge.push(0);
    byAge[age] = Math.max(0, downloads);
    counts.set(category, byAge);
  }
  return { through, counts: Object.fromEntries(counts) };
}

/** A point of a series, as pypistats.org has it. */
export interface Point {
  readonly category: string;
  readonly date: string;
  readonly downloads: number;
}

/** Returns the points of a series, by category and then by date. A day without downloads has none. */
export function pointsOf({ through, counts }: Series): Point[] {
  return Object.keys(counts)
    .toSorted()
    .flatMap((category) =>
      (counts[category] ?? [])
        .map((downloads, age) => ({ category, date: shiftDay(through, -age), downloads }))
        .filter(({ downloads }) => downloads > 0)
        .toReversed(),
    );
}

/** Returns the series by major versions: of `3.12` and `3.13` together, `3`. */
export function byMajor({ through, counts }: Series): Series {
  const sums = new Map<string, number[]>();
  for (const [minor, byAge] of Object.entries(counts)) {
    const major = minor.split('.', 1)[0] ?? minor;
    const sum = sums.get(major) ?? [];
    byAge.forEach((downloads, age) => (sum[age] = (sum[age] ?? 0) + downloads));
    sums.set(major, sum);
  }
  return { through, counts: Object.fromEntries(sums) };
}
