import { setTimeout as sleep } from 'node:timers/promises';
import type { Facts } from '../../cache/facts/contract.ts';
import type { DownloadFacts } from '../facts/schema.ts';
import { type Counts, findCounts, namesIn } from './buckets.ts';
import type { Loaded } from './loaded.ts';
import type { Load } from './loads.ts';

const BUCKETS = 20;
/** The budget of pypistats.org fills up by four in this time. */
const REFUSED_MS = 15_000;
const ATTEMPTS = 10;

/** Downloads of a month, of the load and of pypistats.org; undefined if it did not answer. */
export interface Compared {
  readonly project: string;
  readonly ours: Counts;
  readonly theirs: DownloadFacts | undefined;
}

/** Returns the counts of projects of all sizes, the largest first; undefined without a load. */
export async function compareCounts(
  loaded: Loaded,
  pypistats: Pick<Facts<DownloadFacts>, 'get'>,
  count: number,
  onProgress: (done: number) => void,
): Promise<Compared[] | undefined> {
  const published = await loaded.look();
  if (published === undefined) return undefined;
  const compared: Compared[] = [];
  for (const { project, counts } of await chooseProjects(loaded, published.current, count)) {
    compared.push({ project, ours: counts, theirs: await askPatiently(pypistats, project) });
    onProgress(compared.length);
  }
  return compared;
}

interface Sized {
  readonly project: string;
  readonly counts: Counts;
}

/** Chooses projects at even distances in the order of their sizes, from buckets at even distances in that of names. */
async function chooseProjects(loaded: Loaded, load: Load, count: number): Promise<Sized[]> {
  const found: Sized[] = [];
  for (const [, number] of spread(load.buckets, BUCKETS)) {
    const parts = (await loaded.bucket(load, number)) ?? '';
    for (const project of namesIn(parts) ?? []) {
      const counts = findCounts(parts, project);
      if (counts && counts.lastMonth > 0) found.push({ project, counts });
    }
  }
  const bySize = found.toSorted((one, other) => other.counts.lastMonth - one.counts.lastMonth);
  return spread(bySize, count);
}

function spread<T>(all: readonly T[], count: number): T[] {
  const step = Math.max(1, all.length / count);
  return all.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step)).slice(0, count);
}

async function askPatiently(
  pypistats: Pick<Facts<DownloadFacts>, 'get'>,
  project: string,
): Promise<DownloadFacts | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const found = await pypistats.get(project);
    if (found.state === 'fresh' || found.state === 'stale') return found.value;
    if (found.state === 'absent') return undefined;
    await sleep(REFUSED_MS);
  }
  return undefined;
}
