import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Store } from '../../../cache/store/contract.ts';
import { whileLeased } from '../../follow/leader.ts';
import { KEYS } from '../../keys.ts';
import type { ClickHouse, Query } from '../clickhouse/client.ts';
import { dayOf, lastWholeDay } from '../days.ts';
import { LoadError, RETRY_MS, toLoadError } from './load-error.ts';
import { type Ask, loadNext } from './load-range.ts';
import { freeSlot, type Load, type LoadRecords, type Progress, type Published } from '../loads.ts';
import { checkPlausible, loadOf, publish } from './publish.ts';
import { daysQuery, readDays } from '../clickhouse/queries.ts';
import { QueryError } from '../clickhouse/query-error.ts';
import { rangesBetween, startRanges } from './ranges.ts';

const LEASE_MS = 15_000;
const OVER_BUDGET_MS = 60_000;
/** Room for a load, where no earlier one tells its size. */
const FIRST_LOAD_BYTES = 32 * 1024 * 1024;

/** `current`: ClickHouse has no day that the last load lacks. `held`: another process loads. */
export type LoadResult =
  { readonly state: 'published'; readonly load: Load } | { readonly state: 'current' | 'held' };

export interface LoaderOptions {
  readonly store: Pick<Store, 'acquireLease' | 'get' | 'set'>;
  readonly records: LoadRecords;
  readonly clickhouse: Pick<ClickHouse, 'query'>;
  readonly database: string;
  readonly pauseMs: number;
  readonly maxBytes: number;
  /** Bytes that the store may still take; infinite if it drops what is old. */
  readonly freeBytes: () => Promise<number>;
  readonly log: Logger;
  readonly clock?: () => number;
  /** Waits some milliseconds, or until the signal aborts. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface Loader {
  /**
   * Loads the counts of all projects up to a day, by default the last one that ClickHouse has. Continues an earlier
   * load of that day. Rejects with a `LoadError`, which is kept for operators; the published load stays then.
   */
  readonly load: (signal: AbortSignal, day?: string) => Promise<LoadResult>;
}

export function createLoader(options: LoaderOptions): Loader {
  const { store, records, log, clock = Date.now } = options;
  const settle = (problem: string | null, retryMs: number): Promise<void> =>
    records.saveAttempt({ atMs: clock(), problem, notBeforeMs: clock() + retryMs });

  return {
    async load(signal, day) {
      const answer = await store.acquireLease(KEYS.downloads, LEASE_MS);
      if (answer.state === 'unknown') throw new LoadError('the shared store does not answer');
      if (answer.state === 'held') return { state: 'held' };
      try {
        const result = await whileLeased(answer.lease, signal, (leased) =>
          loadLeased(options, leased, day),
        );
        await settle(null, RETRY_MS.noNewDay);
        return result;
      } catch (error) {
        const failure = toLoadError(error);
        if (!signal.aborted) {
          log.warn({ err: failure }, 'download counts are not loaded');
          await settle(failure.message, failure.retryMs);
        }
        throw failure;
      }
    },
  };
}

async function loadLeased(
  options: LoaderOptions,
  signal: AbortSignal,
  wantedDay: string | undefined,
): Promise<LoadResult> {
  const { records, log, database, clock = Date.now } = options;
  const published = await records.published();
  const kept = await records.progress();
  const triedAtMs = (await records.attempt())?.atMs ?? 0;
  const ask = createAsk(options, signal, Math.max(kept?.queriedAtMs ?? 0, triedAtMs));
  const day = wantedDay ?? (await newestDay(ask.ask, database, dayOf(clock(), -1)));
  if (wantedDay === undefined && published !== undefined && published.current.day >= day)
    return { state: 'current' };
  await checkRoom(options, published);
  let progress = kept?.day === day ? kept : begin(day, published, clock());
  log.info({ day, ranges: progress.left.length }, 'loading download counts');
  while (progress.left.length > 0) {
    progress = {
      ...(await loadNext(progress, { ...options, ask: ask.ask })),
      queriedAtMs: ask.atMs(),
    };
    signal.throwIfAborted();
    if (!(await records.saveProgress(progress)))
      throw new LoadError('the shared store takes no writes');
    checkSize(options, progress);
  }
  return { state: 'published', load: await finish(options, progress, published) };
}

async function finish(
  options: LoaderOptions,
  progress: Progress,
  published: Published | undefined,
): Promise<Load> {
  const { records, log, clock = Date.now } = options;
  const load = loadOf(progress, published, clock());
  try {
    checkPlausible(load, progress.done, published);
  } catch (error) {
    // Its ranges would be as implausible the next time.
    await records.dropProgress();
    throw error;
  }
  await publish(load, progress, published, options);
  const { day, projects, bytes, tookMs } = load;
  log.info({ day, projects, bytes, tookMs }, 'loaded download counts');
  return load;
}

function begin(day: string, published: Published | undefined, nowMs: number): Progress {
  const bounds = published?.current.bounds;
  return {
    id: randomUUID(),
    slot: freeSlot(published),
    day,
    startedAtMs: nowMs,
    queriedAtMs: nowMs,
    done: [],
    left: bounds === undefined ? startRanges() : rangesBetween(bounds),
    nextBucket: 0,
  };
}

/** Sends queries one by one, with the pause between two, also after a restart; waits while no query is left. */
function createAsk(
  { clickhouse, pauseMs, clock = Date.now, wait = waitFor }: LoaderOptions,
  signal: AbortSignal,
  queriedAtMs: number,
): { ask: Ask; atMs: () => number } {
  let atMs = queriedAtMs;
  const ask = async (query: Query): Promise<unknown> => {
    const restMs = Math.min(pauseMs, atMs + pauseMs - clock());
    if (restMs > 0) await wait(restMs, signal);
    signal.throwIfAborted();
    try {
      return await clickhouse.query(query, signal);
    } catch (error) {
      if (!(error instanceof QueryError) || error.failure !== 'over-budget') throw error;
    } finally {
      atMs = clock();
    }
    await wait(OVER_BUDGET_MS, signal);
    return ask(query);
  };
  return { ask, atMs: () => atMs };
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/**
 * The last whole day up to yesterday; today is not over. A ClickHouse of one's own may lack the projects that everybody
 * downloads, and may refuse to read all others at once.
 */
async function newestDay(ask: Ask, database: string, yesterday: string): Promise<string> {
  for (const range of [undefined, { from: '' }, ...startRanges()]) {
    const answer = await ask(daysQuery(database, yesterday, range)).catch(unlessTooLarge);
    const day = answer === undefined ? undefined : lastWholeDay(readDays(answer));
    if (day !== undefined) return day;
  }
  throw new LoadError('ClickHouse has no downloads of the last 45 days');
}

function unlessTooLarge(error: unknown): undefined {
  if (!(error instanceof QueryError) || error.failure !== 'too-large') throw error;
}

/** Two loads fit beside the current one. */
async function checkRoom(
  { freeBytes }: LoaderOptions,
  published: Published | undefined,
): Promise<void> {
  const neededBytes = 2 * (published?.current.bytes ?? FIRST_LOAD_BYTES);
  const free = await freeBytes();
  if (free < neededBytes)
    throw new LoadError(`no room: ${free} bytes are free, and ${neededBytes} needed`);
}

function checkSize({ maxBytes }: LoaderOptions, { done }: Progress): void {
  const bytes = done.reduce((sum, part) => sum + part.bytes, 0);
  if (bytes > maxBytes)
    throw new LoadError(`a load takes more than DOWNLOADS_MAX_BYTES (${maxBytes})`, 'implausible');
}
