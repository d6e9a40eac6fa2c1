import type { Store } from '../../../cache/store/contract.ts';
import { namesIn, partsOf } from '../buckets.ts';
import { isPlausible, shiftDay } from '../days.ts';
import { LoadError } from './load-error.ts';
import {
  bucketKey,
  type Load,
  type LoadedPart,
  type LoadRecords,
  type Progress,
  type Published,
} from '../loads.ts';

/** A load with fewer projects than this share of the last one is not all there. */
const LEAST_PROJECTS = 0.9;
/** Enough for the same weekday of the week before. */
const MAX_HISTORY = 8;

/** Returns the load of all ranges. */
export function loadOf(progress: Progress, published: Published | undefined, nowMs: number): Load {
  const { id, slot, day, startedAtMs } = progress;
  const done = progress.done.toSorted((one, other) => (one.range.from < other.range.from ? -1 : 1));
  const sum = (of: (part: LoadedPart) => number): number =>
    done.reduce((total, part) => total + of(part), 0);
  const dayTotal = sum((part) => part.dayTotal);
  const history = (published?.current.history ?? []).filter((each) => each.day !== day);
  return {
    id,
    slot,
    day,
    loadedAtMs: nowMs,
    tookMs: Math.max(0, nowMs - startedAtMs),
    projects: sum((part) => part.projects),
    bytes: sum((part) => part.bytes),
    dayTotal,
    weekTotal: sum((part) => part.weekTotal),
    monthTotal: sum((part) => part.monthTotal),
    bounds: done.map(({ range }) => range.from).slice(1),
    buckets: done.flatMap(({ buckets }) => buckets),
    history: [{ day, total: dayTotal }, ...history].slice(0, MAX_HISTORY),
  };
}

/** Throws a `LoadError` for a load that cannot be right: incomplete, or too different from the last one. */
export function checkPlausible(
  load: Load,
  parts: readonly LoadedPart[],
  published: Published | undefined,
): void {
  const refuse = (problem: string): never => {
    throw new LoadError(`the load of ${load.day} is not used: ${problem}`, 'implausible');
  };
  if (load.projects === 0 || load.dayTotal === 0) refuse('it has no downloads');
  const through = parts.reduce((last, part) => (part.through > last ? part.through : last), '');
  if (through !== load.day) refuse(`its last download is of ${through}`);
  if (published === undefined) return;
  const { projects, history } = published.current;
  if (load.projects < projects * LEAST_PROJECTS)
    refuse(`it has ${load.projects} projects, and the last one ${projects}`);
  const weekBefore = shiftDay(load.day, -7);
  const usual = history.find(({ day }) => day === weekBefore) ?? history[0];
  if (usual !== undefined && !isPlausible(load.dayTotal, usual.total))
    refuse(`${load.day} has ${load.dayTotal} downloads, and ${usual.day} ${usual.total}`);
}

/**
 * Publishes a complete load: all badges are made from it from then on. A store may have dropped buckets meanwhile; their
 * ranges are loaded again by the next attempt. Rejects with a `LoadError`.
 */
export async function publish(
  load: Load,
  progress: Progress,
  published: Published | undefined,
  { store, records }: { readonly store: Pick<Store, 'get'>; readonly records: LoadRecords },
): Promise<void> {
  const lost = new Set<number>();
  for (const [, number] of load.buckets) {
    const parts = partsOf(load.id, await store.get(bucketKey(load, number)));
    if (parts === undefined || namesIn(parts) === undefined) lost.add(number);
  }
  if (lost.size > 0) {
    const isLost = ({ buckets }: LoadedPart): boolean => buckets.some(([, n]) => lost.has(n));
    const again = progress.done.filter(isLost).map(({ range }) => range);
    const done = progress.done.filter((part) => !isLost(part));
    await records.saveProgress({ ...progress, done, left: [...again, ...progress.left] });
    throw new LoadError(
      `the shared store has dropped ${lost.size} of ${load.buckets.length} buckets`,
    );
  }
  if (!(await records.publish({ current: load, previous: published?.current ?? null })))
    throw new LoadError('the shared store takes no writes');
  await records.dropProgress();
}
