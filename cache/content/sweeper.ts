import { codeOf } from './file.ts';
import { sweep } from './sweep.ts';
import type { Swept } from './sweep.ts';

/** Shares of the budget that this process writes before it starts a sweep, and before writes wait for that sweep. */
const SWEEP_AFTER_SHARE = 0.05;
const REFUSE_AFTER_SHARE = 0.1;
/** Soon after the start, so that a program that restarts again and again sweeps, too. */
const FIRST_SWEEP_AFTER_MS = 5_000;

/** Decides when a content store is swept and whether it accepts writes. */
export interface Sweeper {
  /** Reserves the bytes for a write; returns false while a sweep has to succeed first. */
  admit(diskBytes: number): boolean;
  /** Reports the end of an admitted write. */
  settle(diskBytes: number, isStored: boolean): void;
  /** Sweeps, or waits for the running sweep. Never rejects. */
  sweep(): Promise<void>;
  /** Returns what the last sweep left plus what was stored since. */
  stats(): Swept;
  /** Stops the running sweep and starts no more. */
  close(): Promise<void>;
}

export interface SweeperOptions {
  readonly directory: string;
  readonly formatVersion: number;
  readonly maxBytes: number;
  readonly sweepIntervalMs: number;
  readonly clock: () => number;
  /** Called with the error code when a sweep fails. */
  readonly onFailure: (code: string) => void;
}

/** Creates a sweeper: sweeps 5 s after the start, at each interval, and after writing a twentieth of the budget. */
export function createSweeper(options: SweeperOptions): Sweeper {
  const { directory, formatVersion, maxBytes, sweepIntervalMs, clock, onFailure } = options;
  let known: Swept = { bytes: 0, objects: 0 };
  /** Bytes written since the last successful sweep began. */
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

  const sweepNow = async (): Promise<void> => {
    if (!isClosed) sweeping ??= run();
    await sweeping;
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
