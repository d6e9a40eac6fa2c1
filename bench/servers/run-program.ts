import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** For NODE_OPTIONS: makes a process tell its peak of resident memory (KiB) and its time on a core (µs) when it ends. */
export const TELL_USAGE =
  "--import=data:text/javascript,process.on('exit',()=>{const%20u=process.resourceUsage();process.stderr.write('peak='+u.maxRSS+'%20cpu='+(u.userCPUTime+u.systemCPUTime))})";

export interface Run {
  readonly code: number | null;
  readonly seconds: number;
  /** 0 where the program does not tell, as `cpuSeconds`. */
  readonly peakMegabytes: number;
  readonly cpuSeconds: number;
}

/** Runs a program to its end. */
export async function runProgram(
  program: string,
  words: readonly string[],
  environment: Record<string, string>,
): Promise<Run> {
  const startedAtMs = performance.now();
  const child = spawn(program, words, {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [told] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  const seconds = (performance.now() - startedAtMs) / 1000;
  const [, peak = 0, cpu = 0] = /peak=(\d+) cpu=(\d+)/.exec(told) ?? [];
  return {
    code: child.exitCode,
    seconds,
    peakMegabytes: Number(peak) / 1024,
    cpuSeconds: Number(cpu) / 1e6,
  };
}
