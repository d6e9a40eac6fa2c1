import type { Store } from '../../../cache/store/contract.ts';
import { bucketsOf } from '../buckets.ts';
import type { Query } from '../clickhouse/client.ts';
import { LoadError } from './load-error.ts';
import { bucketKey, KEPT_SECONDS, type LoadedPart, type Progress } from '../loads.ts';
import { type RangeCounts, rangeQuery, readRange } from '../clickhouse/queries.ts';
import { QueryError } from '../clickhouse/query-error.ts';
import { halve, MAX_RANGES, type NameRange } from './ranges.ts';

/** Sends a query, and keeps the pause between two. */
export type Ask = (query: Query) => Promise<unknown>;

/**
 * Loads the next range of names, and writes its buckets; or, if the server refuses to read so much at once, halves the
 * range. Returns the progress made. Rejects with a `QueryError` or a `LoadError`.
 */
export async function loadNext(
  progress: Progress,
  options: { readonly ask: Ask; readonly store: Pick<Store, 'set'>; readonly database: string },
): Promise<Progress> {
  const { ask, store, database } = options;
  const [range, ...left] = progress.left;
  if (range === undefined) return progress;
  const answer = await ask(rangeQuery(database, range, progress.day)).catch((error: unknown) => {
    if (!(error instanceof QueryError) || error.failure !== 'too-large') throw error;
    return { halves: halvesOf(range, progress, error) };
  });
  if (isHalved(answer)) return { ...progress, left: [...answer.halves, ...left] };
  const part = await writeRange(store, progress, range, readRange(answer));
  return {
    ...progress,
    done: [...progress.done, part],
    left,
    nextBucket: progress.nextBucket + part.buckets.length,
  };
}

interface Halved {
  readonly halves: readonly NameRange[];
}

function isHalved(answer: unknown): answer is Halved {
  return typeof answer === 'object' && answer !== null && 'halves' in answer;
}

function halvesOf(range: NameRange, { done, left }: Progress, cause: QueryError): NameRange[] {
  const halves = done.length + left.length < MAX_RANGES ? halve(range) : undefined;
  if (halves === undefined)
    throw new LoadError(`no range of names is small enough: ${cause.message}`, 'refused', cause);
  return halves;
}

async function writeRange(
  store: Pick<Store, 'set'>,
  progress: Progress,
  range: NameRange,
  { rows, through }: RangeCounts,
): Promise<LoadedPart> {
  const buckets: [string, number][] = [];
  let bytes = 0;
  for (const { first, value } of bucketsOf(progress.id, rows)) {
    const number = progress.nextBucket + buckets.length;
    bytes += value.length;
    if (!(await store.set(bucketKey(progress, number), value, KEPT_SECONDS)))
      throw new LoadError('the shared store takes no writes');
    buckets.push([first, number]);
  }
  const sum = (of: 1 | 2 | 3): number =>
    rows.reduce((total, row) => total + Math.max(0, row[of]), 0);
  const totals = { dayTotal: sum(1), weekTotal: sum(2), monthTotal: sum(3) };
  return { range, buckets, bytes, projects: rows.length, ...totals, through };
}
