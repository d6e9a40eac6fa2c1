import { type Program, startProgram } from './processes.ts';

/** Headers that the HTTP server writes by itself. */
const SERVERS_OWN = new Set([
  'date',
  'connection',
  'keep-alive',
  'content-length',
  'transfer-encoding',
]);

/** A server that does nothing but send, on the core given, the bytes and headers that a URL answers now. */
export async function startBareServer(
  program: 'bare-koa.ts' | 'bare-node.ts',
  url: string,
  core: number,
): Promise<Program> {
  const answer = await fetch(url);
  const body = await answer.text();
  const headers = Object.fromEntries(
    [...answer.headers].filter(([name]) => !SERVERS_OWN.has(name)),
  );
  return startProgram(program, [], { ANSWER: JSON.stringify({ body, headers }) }, { core });
}
