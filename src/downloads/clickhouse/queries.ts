import { z } from 'zod';
import type { Query } from './client.ts';
import { QueryError } from './query-error.ts';
import type { NameRange } from '../load/ranges.ts';

/**
 * What pypistats.org leaves out: its four mirrors, and rows without an installer. BigQuery's `NULL NOT IN (…)` is NULL;
 * ClickHouse has an empty text there.
 */
export const LEFT_OUT = "('', 'bandersnatch', 'z3c.pypimirror', 'Artifactory', 'devpi')";
/** By which the last day is found: an index seek each, where a scan of all projects would exceed the limits. */
const REFERENCES = "('pip', 'requests', 'setuptools', 'boto3')";
/** The limits are what makes an answer whole: a server that ignores the setting is not believed. */
export const MODE = "getSetting('read_overflow_mode')";

/** ClickHouse quotes integers of 64 bits, or does not, by a setting of the server. */
export const integer = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d+$/)
      .transform(Number),
  ])
  .pipe(z.int());
export const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
export const throwing = z.literal('throw');

/** The counts of a project: of the last day, week and month without mirrors, the month with mirrors, and all of all time. */
const countsRow = z.tuple([z.string(), integer, integer, integer, integer, integer]);
export type CountsRow = z.infer<typeof countsRow>;

const rangeAnswer = z.tuple([z.array(countsRow), integer, integer, integer, day, throwing]);
const daysAnswer = z.tuple([z.array(z.tuple([day, integer])), integer, throwing]);

/** The counts of a range of names, in the 30 days up to a day. */
export interface RangeCounts {
  readonly rows: readonly CountsRow[];
  /** The last day with a download. */
  readonly through: string;
}

/** Returns the query for the counts of a range. A range of names reads only its part of the tables, which they sort. */
export function rangeQuery(database: string, range: NameRange, lastDay: string): Query {
  const within = withinRange(range);
  return {
    sql: `
SELECT groupArray((name, day, week, month, everybody, ever)) AS rows, count() AS n, sum(month) AS total,
  sum(ever) AS total_ever, max(seen) AS through, ${MODE} AS mode
FROM (
  SELECT name, sum(d) AS day, sum(w) AS week, sum(m) AS month, sum(a) AS everybody, sum(t) AS ever, max(s) AS seen
  FROM (
    SELECT project AS name, toInt64(sumIf(count, real AND date = {e:Date})) AS d,
      toInt64(sumIf(count, real AND date > {e:Date} - 7)) AS w, toInt64(sumIf(count, real)) AS m,
      toInt64(sum(count)) AS a, toInt64(0) AS t, max(date) AS s
    FROM (
      SELECT project, date, count, installer NOT IN ${LEFT_OUT} AS real
      FROM ${database}.pypi_downloads_per_day_by_version_by_installer_by_type
      WHERE ${within} AND date > {e:Date} - 30 AND date <= {e:Date}
    )
    GROUP BY project
    UNION ALL
    SELECT project AS name, toInt64(0) AS d, toInt64(0) AS w, toInt64(0) AS m, toInt64(0) AS a,
      toInt64(sum(count)) AS t, toDate(0) AS s
    FROM ${database}.pypi_downloads
    WHERE ${within}
    GROUP BY project
  )
  GROUP BY name
)`,
    parameters: { ...boundsOf(range), e: lastDay },
  };
}

function withinRange({ to }: NameRange): string {
  return `project >= {a:String}${to === undefined ? '' : ' AND project < {b:String}'}`;
}

function boundsOf({ from, to }: NameRange): Record<string, string> {
  return { a: from, ...(to !== undefined && { b: to }) };
}

/** Reads the answer. Throws a `QueryError` unless it is whole: as many rows as it says, and their sums. */
export function readRange(answer: unknown): RangeCounts {
  const [rows, n, total, totalEver, through] = parse(rangeAnswer, answer);
  const sum = (of: 3 | 5): number => rows.reduce((before, row) => before + row[of], 0);
  if (rows.length !== n || sum(3) !== total || sum(5) !== totalEver)
    throw new QueryError('incomplete', 'sent rows that do not add up to its sums');
  return { rows, through };
}

/**
 * Returns the query for the downloads of each of the last 45 days up to `lastDay`: of a range of names, or of a few projects
 * that everybody downloads.
 */
export function daysQuery(database: string, lastDay: string, range?: NameRange): Query {
  return {
    sql: `
SELECT groupArray((date, downloads)) AS days, count() AS n, ${MODE} AS mode
FROM (
  SELECT date, toInt64(sum(count)) AS downloads
  FROM ${database}.pypi_downloads_per_day
  WHERE ${range === undefined ? `project IN ${REFERENCES}` : withinRange(range)} AND date > {e:Date} - 45 AND date <= {e:Date}
  GROUP BY date
  ORDER BY date
)`,
    parameters: { e: lastDay, ...(range !== undefined && boundsOf(range)) },
  };
}

/** Reads the answer: the days in order. Throws a `QueryError` unless it is whole. */
export function readDays(answer: unknown): { day: string; downloads: number }[] {
  const [days, n] = parse(daysAnswer, answer);
  if (days.length !== n) throw new QueryError('incomplete', 'sent fewer days than it says');
  return days
    .map(([date, downloads]) => ({ day: date, downloads }))
    .toSorted((one, other) => (one.day < other.day ? -1 : 1));
}

/** Parses an answer; one of another shape is not believed. */
export function parse<T>(schema: z.ZodType<T>, answer: unknown): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw new QueryError('incomplete', 'sent an answer of another shape', result.error);
}
