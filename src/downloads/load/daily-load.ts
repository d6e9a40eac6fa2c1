import type { Logger } from 'pino';
import { ageInDays, dayOf, EXPECTED_AT_MS } from '../days.ts';
import type { Loader } from './load.ts';
import { LoadError, RETRY_MS } from './load-error.ts';
import type { LoadRecords } from '../loads.ts';

const IDLE_MS = 60_000;
/** Not all installations ask at the same time. */
const JITTER_MS = 20 * 60_000;

/** Loads the counts of all projects once a day. */
export interface DailyLoad {
  /** Loads, if a load is due; returns how many milliseconds to wait. Never rejects. */
  readonly step: (signal: AbortSignal) => Promise<number>;
}

export function createDailyLoad(options: {
  readonly loader: Loader;
  readonly records: Pick<LoadRecords, 'published' | 'attempt'>;
  readonly log: Logger;
  readonly clock?: () => number;
  /** From 0 up to 1. */
  readonly random?: () => number;
}): DailyLoad {
  const { loader, records, log, clock = Date.now, random = Math.random } = options;
  const startsAtMs = EXPECTED_AT_MS + random() * JITTER_MS;

  const isDue = async (): Promise<boolean> => {
    const nowMs = clock();
    const published = await records.published();
    if (published !== undefined) {
      const isEarly = nowMs - Date.parse(dayOf(nowMs)) < startsAtMs;
      if (isEarly || ageInDays(published.current.day, nowMs) <= 1) return false;
    }
    const waitsMs = ((await records.attempt())?.notBeforeMs ?? 0) - nowMs;
    // A longer one was written before the clock was set back.
    return waitsMs <= 0 || waitsMs > RETRY_MS.implausible;
  };

  return {
    async step(signal) {
      if (!(await isDue())) return IDLE_MS;
      try {
        await loader.load(signal);
      } catch (error) {
        // The loader has logged and kept it.
        if (!(error instanceof LoadError))
          log.error({ err: error }, 'download counts are not loaded');
      }
      return IDLE_MS;
    },
  };
}
