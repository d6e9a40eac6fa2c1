import { readFile, writeFile } from 'node:fs/promises';
import type { Part } from '../../../../stack/part.ts';

const KIBIBYTE = 1024;
/** What the kernel takes as "the highest so far is what it is now". */
const FORGET_PEAK = '5';

/** The most memory that a process has held since `forgetPeak`, in bytes. Rejects where it has ended. */
export async function peakBytes(part: Part): Promise<number> {
  const status = await readFile(`/proc/${pidOf(part)}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * KIBIBYTE;
}

/** Measures from now on. Rejects where the process has ended. */
export async function forgetPeak(part: Part): Promise<void> {
  await writeFile(`/proc/${pidOf(part)}/clear_refs`, FORGET_PEAK);
}

/** Throws where the process has ended. */
export function pidOf({ name, pid }: Part): number {
  if (pid === undefined) throw new Error(`${name} has ended`);
  return pid;
}
