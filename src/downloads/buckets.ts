import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { normalizeName } from '../facts/names.ts';
import type { CountsRow } from './queries.ts';

/** 1,024 buckets for the 790,000 projects of PyPI: 23 kB each, 12 kB packed. */
const NAMES_PER_BUCKET = 770;
const MAX_BUCKET_BYTES = 1024 * 1024;
const RADIX = 36;

/** Downloads of a project without mirrors; `lastMonthWithMirrors` and `total` (of all time) are with mirrors. */
export interface Counts {
  readonly lastDay: number;
  readonly lastWeek: number;
  readonly lastMonth: number;
  readonly lastMonthWithMirrors: number;
  readonly total: number;
}

/** Some projects in the order of their names, from `first` on. */
export interface Bucket {
  readonly first: string;
  readonly text: string;
}

/**
 * Splits the rows of a range into buckets. Names that are not normalized (PEP 503) are left out, as nobody can ask for
 * them; negative counts are 0.
 */
export function bucketsOf(rows: readonly CountsRow[]): Bucket[] {
  const named = rows
    .filter(([name]) => normalizeName(name) === name)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Array.from({ length: Math.ceil(named.length / NAMES_PER_BUCKET) }, (_, i) => {
    const some = named.slice(i * NAMES_PER_BUCKET, (i + 1) * NAMES_PER_BUCKET);
    const lines = some.map(([name, ...counts]) => [name, ...counts.map(encode)].join('\t'));
    return { first: some[0]?.[0] ?? '', text: `\n${lines.join('\n')}\n` };
  });
}

function encode(count: number): string {
  return Math.max(0, count).toString(RADIX);
}

/** Returns the value to store. It names its load: slots are used again, and readers may have an old list of buckets. */
export function packBucket(loadId: string, text: string): string {
  return `${loadId}:${deflateRawSync(text).toString('base64')}`;
}

/** Returns the text of a stored bucket; undefined if it is of another load, or damaged. */
export function unpackBucket(loadId: string, stored: string | undefined): string | undefined {
  if (stored?.startsWith(`${loadId}:`) !== true) return undefined;
  try {
    const packed = Buffer.from(stored.slice(loadId.length + 1), 'base64');
    const text = inflateRawSync(packed, { maxOutputLength: MAX_BUCKET_BYTES }).toString('utf8');
    return text.startsWith('\n') && text.endsWith('\n') ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Finds a project in the text of a bucket. */
export function findCounts(text: string, project: string): Counts | undefined {
  const start = text.indexOf(`\n${project}\t`);
  if (start < 0) return undefined;
  const line = text.slice(start + project.length + 2, text.indexOf('\n', start + 1));
  const [day = 0, week = 0, month = 0, withMirrors = 0, total = 0] = line
    .split('\t')
    .map((digits) => Number.parseInt(digits, RADIX));
  return {
    lastDay: day,
    lastWeek: week,
    lastMonth: month,
    lastMonthWithMirrors: withMirrors,
    total,
  };
}

/** Returns the names in the text of a bucket. */
export function namesIn(text: string): string[] {
  return text.split('\n').flatMap((line) => (line === '' ? [] : line.slice(0, line.indexOf('\t'))));
}
