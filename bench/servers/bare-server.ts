import { readFileSync } from 'node:fs';
import { type Program, startProgram } from './processes.ts';

/** Headers that the HTTP server writes by itself. */
const SERVERS_OWN = new Set([
  'date',
  'connection',
  'keep-alive',
  'content-length',
  'transfer-encoding',
]);
/** What decides how much memory and how many threads a process has. */
const OF_THE_PROCESS = /^(?:MALLOC_\w+|UV_THREADPOOL_SIZE|NODE_OPTIONS)=/;

/** A server that sends what the URL answers now, or draws it anew, with the same headers. */
export type BareProgram = 'bare-koa.ts' | 'bare-node.ts' | 'bare-drawing.ts';

export interface BareOptions {
  readonly core?: number;
  /** A process whose flags for V8, settings of malloc and number of threads the server is to have as well. */
  readonly like?: Program;
}

/** Starts a bare server that knows the bytes and headers of what a URL answers now. */
export async function startBareServer(
  program: BareProgram,
  url: string,
  { like, ...where }: BareOptions,
): Promise<Program> {
  const answer = await fetch(url);
  const body = await answer.text();
  const headers = Object.fromEntries(
    [...answer.headers].filter(([name]) => !SERVERS_OWN.has(name)),
  );
  const environment = like === undefined ? {} : environmentOf(like);
  const nodeFlags = like === undefined ? [] : flagsOf(like);
  const settings = { ...environment, ANSWER: JSON.stringify({ body, headers }) };
  return startProgram(program, [], settings, { ...where, nodeFlags });
}

/** The flags that Node was started with: those before the program's file. */
function flagsOf({ pid }: Program): string[] {
  const [, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  return args.slice(
    0,
    args.findIndex((arg) => !arg.startsWith('-')),
  );
}

function environmentOf({ pid }: Program): Record<string, string> {
  const lines = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  return Object.fromEntries(
    lines
      .filter((line) => OF_THE_PROCESS.test(line))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}
