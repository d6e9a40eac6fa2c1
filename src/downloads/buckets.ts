import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { normalizeName } from '../facts/names.ts';
import type { CountsRow } from './clickhouse/queries.ts';

/** 1,024 buckets for the 790,000 projects of PyPI: 12 kB each, packed. */
const NAMES_PER_BUCKET = 770;
/** A project is found without unpacking all of its bucket. */
const NAMES_PER_PART = 77;
const MAX_PART_BYTES = 128 * 1024;
const RADIX = 36;

/** Downloads of a project without mirrors; `lastMonthWithMirrors` and `total` (of all time) are with mirrors. */
export interface Counts {
  readonly lastDay: number;
  readonly lastWeek: number;
  readonly lastMonth: number;
  readonly lastMonthWithMirrors: number;
  readonly total: number;
}

/** Some projects in the order of their names, from `first` on, as they are stored. */
export interface Bucket {
  readonly first: string;
  readonly value: string;
}

/**
 * Splits the rows of a range into buckets. Names that are not normalized (PEP 503) are left out, as nobody can ask for
 * them; negative counts are 0. A bucket names its load: slots are used again, and readers may have an old list of buckets.
 */
export function bucketsOf(loadId: string, rows: readonly CountsRow[]): Bucket[] {
  const named = rows
    .filter(([name]) => normalizeName(name) === name)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return inGroups(named, NAMES_PER_BUCKET).map((some) => ({
    first: firstOf(some),
    value: [loadId, ...inGroups(some, NAMES_PER_PART).map(packPart)].join('\n'),
  }));
}

function inGroups<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
    all.slice(i * size, (i + 1) * size),
  );
}

function firstOf(rows: readonly CountsRow[]): string {
  return rows[0]?.[0] ?? '';
}

/** A line: the first name, and all of them, packed. */
function packPart(rows: readonly CountsRow[]): string {
  const lines = rows.map(([name, ...counts]) => [name, ...counts.map(encode)].join('\t'));
  return `${firstOf(rows)} ${deflateRawSync(`\n${lines.join('\n')}\n`).toString('base64')}`;
}

function encode(count: number): string {
  return Math.max(0, count).toString(RADIX);
}

/** Returns the text of a part; undefined if it is damaged. */
function unpackPart(line: string): string | undefined {
  try {
    const packed = Buffer.from(line.slice(line.indexOf(' ') + 1), 'base64');
    // Names and numbers are ASCII.
    const text = inflateRawSync(packed, { maxOutputLength: MAX_PART_BYTES }).toString('latin1');
    return text.startsWith('\n') && text.endsWith('\n') ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the parts of a stored bucket; undefined if there is none, or if it is of another load. */
export function partsOf(loadId: string, stored: string | undefined): string | undefined {
  return stored?.startsWith(`${loadId}\n`) === true ? stored.slice(loadId.length + 1) : undefined;
}

/** Returns the names in the parts of a bucket; undefined if any is damaged. */
export function namesIn(parts: string): string[] | undefined {
  const texts = parts.split('\n').map(unpackPart);
  if (texts.includes(undefined)) return undefined;
  return texts.join('').match(/^[^\t\n]+/gm) ?? [];
}

/** Finds a project in the parts of a bucket. Null: it is not there; undefined: its part is damaged. */
export function findCounts(parts: string, project: string): Counts | null | undefined {
  const part = parts.split('\n').findLast((line) => line.slice(0, line.indexOf(' ')) <= project);
  if (part === undefined) return null;
  const text = unpackPart(part);
  const start = text?.indexOf(`\n${project}\t`) ?? -1;
  if (text === undefined) return undefined;
  if (start < 0) return null;
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
