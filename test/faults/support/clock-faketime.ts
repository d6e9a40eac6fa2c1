import { glob, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempDirectoryForTest } from '../../support/temp.ts';

/** The clock of a process that runs with these settings. */
export interface FakeClock {
  readonly settings: Readonly<Record<string, string>>;
  /** Lets the clock go so much ahead of ours, or behind it, from now on. */
  jump(offsetMs: number): Promise<void>;
  /** What the clock says. */
  nowMs(): number;
}

/**
 * A wall clock that can be turned while the process runs; its monotonic one stays true, as when somebody sets the time
 * of a machine. Rejects where libfaketime is not installed (Debian: libfaketime).
 */
export async function makeFakeClock(): Promise<FakeClock> {
  const file = join(await tempDirectoryForTest(), 'offset');
  let offsetMs = 0;
  const jump = async (nextMs: number): Promise<void> => {
    // In one step: the process reads it whenever it looks at its clock.
    await writeFile(`${file}.new`, `${nextMs < 0 ? '' : '+'}${nextMs / 1000}\n`);
    await rename(`${file}.new`, file);
    offsetMs = nextMs;
  };
  await jump(0);
  return {
    settings: {
      LD_PRELOAD: await findLibrary(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      // A file keeps the time that it was written at.
      NO_FAKE_STAT: '1',
    },
    jump,
    nowMs: () => Date.now() + offsetMs,
  };
}

async function findLibrary(): Promise<string> {
  for await (const path of glob('/usr/lib/*/faketime/libfaketime.so.1')) return path;
  throw new Error('This fault cannot be made on this machine: apt-get install libfaketime');
}
