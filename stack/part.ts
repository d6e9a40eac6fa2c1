import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** Generous: whatever ends at its start is told of at once. */
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
  /** What a shell takes to start it by hand. */
  readonly command: string;
  /** Starts it, or starts it again, and waits until it is ready; rejects with its last words where it ends instead. */
  start(): Promise<void>;
  /** Sends a signal that does not end it, such as SIGSTOP. */
  signal(name: NodeJS.Signals): void;
  /** Kills it, and waits until it is gone. */
  kill(): Promise<void>;
  /** Asks it to end, and waits until it is gone: by force after 15 s. */
  stop(): Promise<void>;
}

export interface PartOptions {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** What it is told by environment variables. */
  readonly settings: Readonly<Record<string, string>>;
  /** The rest of its environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isReady: () => Promise<boolean>;
  /** Takes each line that it writes. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Called when it ends by itself or by somebody else, once it was ready; `how` is its exit code or the signal. */
  readonly onEnd?: ((how: string) => void) | undefined;
}

/** Describes a program that is started, killed and started again; nothing runs yet. */
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
      // What is left of the one before, such as varnishd's worker without its manager, still answers for a moment.
      while ((await options.isReady()) && performance.now() < deadlineMs) await delay(POLL_MS);
      const { running, words } = await run(options);
      let isReady = false;
      child = running;
      process.once('exit', killAtExit);
      running.once('exit', (code, signal) => {
        process.off('exit', killAtExit);
        // `end` has forgotten it.
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

/** Runs a program and keeps its last words; rejects where it is not there. */
async function run(options: PartOptions): Promise<{ running: ChildProcess; words: string[] }> {
  const words: string[] = [];
  const running = spawn(options.program, options.args, {
    env: { ...options.environment, ...options.settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const input of [running.stdout, running.stderr]) {
    createInterface({ input }).on('line', (line) => {
      words.push(line);
      words.splice(0, words.length - MAX_KEPT_LINES);
      options.onLine?.(line);
    });
  }
  await once(running, 'spawn').catch((cause: unknown) => {
    throw new Error(`${options.program} cannot be run: make services installs it`, { cause });
  });
  return { running, words };
}

/** Whether anything answers HTTP at the URL within a second, with a status of 200 where `ok` is asked for. */
export function answers(url: string, ok = false): Promise<boolean> {
  return new Promise((done) => {
    // A connection of its own: a kept one would hold up whoever stops.
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
