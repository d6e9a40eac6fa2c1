import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const CLIENTS = 50;
const UNITS_MS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000 };

export interface WrkOptions {
  readonly seconds: number;
  readonly clients?: number;
  readonly headers?: readonly string[];
  /** Requests a second, all clients together, at random moments; left out: as many as there can be. */
  readonly perSecond?: number;
  /** A Lua script of `bench/`, such as `new-urls.lua`. */
  readonly script?: string;
  /** The processor's core that the load comes from; left out: any. */
  readonly core?: number;
}

/** What wrk saw. */
export interface WrkResult {
  readonly perSecond: number;
  /** Milliseconds by percentile. */
  readonly latencyMs: Readonly<Record<'p50' | 'p75' | 'p90' | 'p99', number>>;
}

/** Puts load on a URL, from a process of its own with one thread. Throws where any answer was not good. */
export async function runWrk(url: string, options: WrkOptions): Promise<WrkResult> {
  const { seconds, clients = CLIENTS, headers = [], perSecond, core } = options;
  const script = options.script ?? (perSecond === undefined ? undefined : 'paced.lua');
  const args = ['-t1', `-c${clients}`, `-d${seconds}s`, '--latency']
    .concat(headers.flatMap((header) => ['-H', header]))
    .concat(script === undefined ? [] : ['-s', join(import.meta.dirname, script)])
    .concat(url);
  const [program, ...rest] = onCore(core, 'wrk', args);
  const pauseMs = perSecond === undefined ? 0 : (clients / perSecond) * 1000;
  const env = {
    PATH: process.env['PATH'],
    PAUSE_MS: `${pauseMs}`,
    SERIAL: `${Math.floor(performance.now())}`,
  };
  const { stdout } = await promisify(execFile)(program, rest, { env });
  if (!/Requests\/sec/.test(stdout) || /Non-2xx|Socket errors/.test(stdout))
    throw new Error(`${url} failed under load:\n${stdout}`);
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    latencyMs: {
      p50: percentile(stdout, 50),
      p75: percentile(stdout, 75),
      p90: percentile(stdout, 90),
      p99: percentile(stdout, 99),
    },
  };
}

/** The command that runs a program on one core of the processor. */
export function onCore(
  core: number | undefined,
  program: string,
  args: readonly string[],
): [string, ...string[]] {
  return core === undefined ? [program, ...args] : ['taskset', '-c', `${core}`, program, ...args];
}

function percentile(output: string, share: number): number {
  const [, value, unit = ''] = new RegExp(`\\s${share}%\\s+([\\d.]+)(us|ms|s)`).exec(output) ?? [];
  return Number(value) * (UNITS_MS[unit] ?? Number.NaN);
}
