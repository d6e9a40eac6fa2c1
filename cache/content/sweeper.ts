import { codeOf } from './file.ts';
import { sweep } from './sweep.ts';
import type { Swept } from './sweep.ts';

/** Shares of the budget that this process may write before it sweeps, and before it has to wait for the sweep. */
const SWEEP_AFTER_SHARE = 0.05;
const REFUSE_AFTER_SHARE = 0.1;
/** Soon after the start, lest a program that is restarted again and again never sweeps. */
const FIRST_SWEEP_AFTER_MS = 5_000;

/** Decides when a content store's directory is swept, and whether it may be written. */
export interface Sweeper {
  /** Whether so many bytes may be written: not where a sweep has to succeed first. */
  admit(diskBytes: number): boolean;
  /** Tells what became of a write that was admitted. */
  settle(diskBytes: number, isStored: boolean): void;
  /** Sweeps, or waits for the sweep under way. Never rejects. */
  sweep(): Promise<void>;
  /** What the last sweep left, and what was stored since. */
  stats(): Swept;
  /** Ends the sweep under way, and all others. */
  close(): Promise<void>;
}

export interface SweeperOptions {
  readonly directory: string;
  readonly formatVersion: number;
  readonly maxBytes: number;
  readonly sweepIntervalMs: number;
  readonly clock: () => number;
  /** Called with the error's code when a sweep fails. */
  readonly onFailure: (code: string) => void;
}

/** Sweeps soon after the start, at each interval, and when this process has written a twentieth of the budget. */
export function createSweeper(options: SweeperOptions): Sweeper {
  const { directory, formatVersion, maxBytes, sweepIntervalMs, clock, onFailure } = options;
  let known: Swept = { bytes: 0, objects: 0 };
  /** Since the beginning of the last sweep that succeeded. */
  let writtenBytes = 0;
  let sweeping: Promise<void> | undefined;
  let isClosed = false;
  const isStopped = (): boolean => isClosed;

  const run = async (): Promise<void> => {
    const writtenBefore = writtenBytes;
    try {
      const swept = await sweep({ directory, formatVersion, maxBytes, nowMs: clock(), isStopped });
      writtenBytes = Math.max(0, writtenBytes - writtenBefore);
      known = { bytes: swept.bytes + writtenBytes, objects: swept.objects };
    } catch (error) {
      onFailure(codeOf(error));
    }
    sweeping = undefined;
  };

  const sweepNow = (): Promise<void> => {
    if (!isClosed) sweeping ??= run();
    return sweeping ?? Promise.resolve();
  };

  const first = setTimeout(() => void sweepNow(), Math.min(FIRST_SWEEP_AFTER_MS, sweepIntervalMs));
  const others = setInterval(() => void sweepNow(), sweepIntervalMs);
  first.unref();
  others.unref();

  return {
    admit(diskBytes) {
      const isAdmitted = writtenBytes <= REFUSE_AFTER_SHARE * maxBytes;
      if (isAdmitted) writtenBytes += diskBytes;
      if (writtenBytes > SWEEP_AFTER_SHARE * maxBytes) void sweepNow();
      return isAdmitted;
    },
    settle(diskBytes, isStored) {
      if (isStored) known = { bytes: known.bytes + diskBytes, objects: known.objects + 1 };
      else writtenBytes = Math.max(0, writtenBytes - diskBytes);
    },
    sweep: sweepNow,
    stats: () => known,
    async close() {
      isClosed = true;
      clearTimeout(first);
      clearInterval(others);
      await sweeping;
    },
  };
}
