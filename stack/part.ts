import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** Long enough for a busy machine; a program that ends during its start is reported at once. */
const START_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 15_000;
const POLL_MS = 50;
const PROBE_TIMEOUT_MS = 1_000;
const MAX_KEPT_LINES = 20;

/** A program of the stack, in a process of its own. */
export interface Part {
  readonly name: string;
  /** Undefined while it does not run. */
  readonly pid: number | undefined;
  /** Shell command that starts it by hand. */
  readonly command: string;
  /** Starts or restarts it and waits until it is ready; rejects with its last output if it ends instead. */
  start(): Promise<void>;
  /** Sends a signal such as SIGSTOP. */
  signal(name: NodeJS.Signals): void;
  /** Kills it and waits for its end. */
  kill(): Promise<void>;
  /** Stops it and waits for its end; kills it after 15 s. */
  stop(): Promise<void>;
}

export interface PartOptions {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Settings, passed as environment variables. */
  readonly settings: Readonly<Record<string, string>>;
  /** The rest of its environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isReady: () => Promise<boolean>;
  /** Called with each line of its output. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Called if it was ready and ends unexpectedly; `how` is its exit code or the signal. */
  readonly onEnd?: ((how: string) => void) | undefined;
}

/** Creates a part; `start` runs it. */
export function createPart(options: PartOptions): Part {
  let child: ChildProcess | undefined;
  const killAtExit = (): void => void child?.kill('SIGKILL');

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = child;
    if (ending === undefined) return;
    child = undefined;
    const gone = once(ending, 'exit');
    ending.kill(signal);
    const force = setTimeout(() => ending.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await gone;
    clearTimeout(force);
  };

  return {
    name: options.name,
    command: commandOf(options),
    get pid() {
      return child?.pid;
    },
    async start() {
      const deadlineMs = performance.now() + START_TIMEOUT_MS;
      // A remnant of the previous process, such as a worker of varnishd, may still answer for a moment.
      while ((await options.isReady()) && performance.now() < deadlineMs) await delay(POLL_MS);
      const { running, words } = await run(options);
      let isReady = false;
      child = running;
      process.once('exit', killAtExit);
      running.once('exit', (code, signal) => {
        process.off('exit', killAtExit);
        // `end` stopped it.
        if (child !== running) return;
        child = undefined;
        if (isReady) options.onEnd?.(signal ?? `exit code ${code}`);
      });
      while (!(isReady = await options.isReady())) {
        const hasEnded = child !== running;
        if (hasEnded || performance.now() > deadlineMs) {
          await end('SIGKILL');
          const fault = hasEnded ? 'ended at its start' : 'does not answer';
          throw new Error(`${options.name} ${fault}:\n${words.join('\n')}`);
        }
        await delay(POLL_MS);
      }
    },
    signal: (name) => void child?.kill(name),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

/** Runs a program and keeps its last lines; rejects if it cannot be started. */
async function run(options: PartOptions): Promise<{ running: ChildProcess; words: string[] }> {
  const words: string[] = [];
  const running = spawn(options.program, options.args, {
    env: { ...options.environment, ...options.settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C reaches this program alone, which then stops its parts in order.
    detached: true,
  });
  for (const input of [running.stdout, running.stderr]) {
    createInterface({ input }).on('line', (line) => {
      words.push(line);
      words.splice(0, words.length - MAX_KEPT_LINES);
      options.onLine?.(line);
    });
  }
  await once(running, 'spawn').catch((cause: unknown) => {
    throw new Error(`${options.program} cannot be started: make services installs it`, { cause });
  });
  return { running, words };
}

/** Whether the URL answers within a second; with `ok`, the status must be 200. */
export function answers(url: string, ok = false): Promise<boolean> {
  return new Promise((done) => {
    // A new connection: an idle one would delay the end of the program.
    const request = get(url, { agent: false, timeout: PROBE_TIMEOUT_MS }, (response) => {
      response.resume();
      done(response.statusCode === 200 || !ok);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => done(false));
  });
}

function commandOf({ program, args, settings }: PartOptions): string {
  const assignments = Object.entries(settings).map(([key, value]) => `${key}=${quote(value)}`);
  return [...assignments, ...[program, ...args].map(quote)].join(' ');
}

function quote(word: string): string {
  return /^[\w./:,=@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
