/** Downloads of a day by one installer, as in the public database `pypi`. */
export interface DownloadRow {
  readonly project: string;
  readonly date: string;
  readonly count: number;
  /** Default: `pip`. Empty where it is unknown. */
  readonly installer?: string;
  /** Minor version of Python, and system; default: unknown. */
  readonly python?: string;
  readonly system?: string;
}

const LEFT_OUT = new Set(['', 'bandersnatch', 'z3c.pypimirror', 'Artifactory', 'devpi']);
const REFERENCES = new Set(['pip', 'requests', 'setuptools', 'boto3']);
const DAY_MS = 86_400_000;

type CountsRow = [
  name: string,
  day: number,
  week: number,
  month: number,
  all: number,
  ever: number,
];

/** Days from one date to another. */
function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/** Whether a row counts without mirrors. */
export function isCounted({ installer = 'pip' }: DownloadRow): boolean {
  return !LEFT_OUT.has(installer);
}

/** The answer to the query for a range of names: one row that holds an array. */
export function rangeRow(
  rows: readonly DownloadRow[],
  { a = '', b, e = '' }: { a?: string; b?: string | undefined; e?: string },
): [rows: CountsRow[], n: number, total: number, totalEver: number, through: string, mode: string] {
  const within = rows.filter(({ project }) => project >= a && (b === undefined || project < b));
  let through = '1970-01-01';
  const counts = [...Map.groupBy(within, ({ project }) => project)].map(([project, all]) => {
    const sum = (days: number, isMirrorToo = false): number =>
      all.reduce((total, row) => {
        const age = daysBetween(row.date, e);
        const isIn = age >= 0 && age < days && (isMirrorToo || isCounted(row));
        return total + (isIn ? row.count : 0);
      }, 0);
    for (const { date } of all)
      if (daysBetween(date, e) >= 0 && daysBetween(date, e) < 30 && date > through) through = date;
    const ever = all.reduce((total, { count }) => total + count, 0);
    return [project, sum(1), sum(7), sum(30), sum(30, true), ever] satisfies CountsRow;
  });
  const total = counts.reduce((before, row) => before + row[3], 0);
  const totalEver = counts.reduce((before, row) => before + row[5], 0);
  return [counts, counts.length, total, totalEver, through, 'throw'];
}

/** How many rows a query for a range reads. */
export function rowsInRange(rows: readonly DownloadRow[], a: string, b?: string): number {
  return rows.filter(({ project }) => project >= a && (b === undefined || project < b)).length;
}

/** The answer to the query for the downloads of each day. */
export function daysRow(
  rows: readonly DownloadRow[],
  lastDay: string,
  ofAll: boolean,
): [days: [string, number][], n: number, mode: string] {
  const wanted = rows.filter(
    ({ project, date }) =>
      (ofAll || REFERENCES.has(project)) && date <= lastDay && daysBetween(date, lastDay) < 45,
  );
  const days = [...Map.groupBy(wanted, ({ date }) => date)]
    .map(([date, of]): [string, number] => [date, of.reduce((sum, { count }) => sum + count, 0)])
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return [days, days.length, 'throw'];
}

/** The answer to the query for the downloads a day of a project. `breakdown`: the table's. */
export function seriesRow(
  rows: readonly DownloadRow[],
  { p = '', e = '' }: { p?: string; e?: string },
  breakdown: 'installer' | 'python' | 'system',
): [series: [string, string, number][], n: number, mode: string] {
  const wanted = rows.filter(
    ({ project, date }) => project === p && date <= e && daysBetween(date, e) <= 180,
  );
  const categoriesOf = (row: DownloadRow): string[] => {
    if (breakdown === 'python') return [row.python ?? 'null'];
    if (breakdown === 'system') return [row.system ?? 'null'];
    return isCounted(row) ? ['with_mirrors', 'without_mirrors'] : ['with_mirrors'];
  };
  const sums = new Map<string, number>();
  for (const row of wanted)
    for (const category of categoriesOf(row)) {
      const key = `${category} ${row.date}`;
      sums.set(key, (sums.get(key) ?? 0) + row.count);
    }
  const series = [...sums].map(([key, sum]): [string, string, number] => {
    const [category = '', date = ''] = key.split(' ');
    return [category, date, sum];
  });
  return [series, series.length, 'throw'];
}
