import type { IncomingMessage, ServerResponse } from 'node:http';
import { type BadgeContext, type Step, tiersOf, type WholeAnswer } from './state.ts';

/** Sends an answer at once. HEAD gets no body, and 304 neither a body nor headers of one. */
export function writeAnswer(
  { method }: IncomingMessage,
  response: ServerResponse,
  { status, headers, contentType, body }: WholeAnswer,
): void {
  if (status === 304) {
    response.writeHead(status, headers).end();
    return;
  }
  const bytes = Buffer.byteLength(body);
  response.writeHead(status, {
    ...headers,
    'Content-Type': contentType,
    'Content-Length': bytes,
  });
  if (method === 'HEAD') response.end();
  // ASCII is the same bytes in both encodings, and Latin-1 need not be encoded.
  else response.end(body, body.length === bytes ? 'latin1' : 'utf8');
}

/** Sends an answer past Koa, with the headers that tell of this one request. */
export function writeFor(ctx: BadgeContext, answer: WholeAnswer): void {
  const { requestId, steps } = ctx.state;
  const headers = { ...answer.headers, 'X-Request-Id': requestId, ...stepHeaders(steps) };
  // Its setters copy and look up each header once more.
  ctx.respond = false;
  writeAnswer(ctx.req, ctx.res, { ...answer, headers });
}

/** Tell which tier answered, and how long it took. */
export function stepHeaders(steps: readonly Step[]): Record<string, string> {
  if (steps.length === 0) return {};
  return {
    'X-Cache': tiersOf(steps),
    'Server-Timing': steps
      .map(({ name, tier, tookMs }) => `${name};desc="${tier}";dur=${tookMs.toFixed(2)}`)
      .join(', '),
  };
}
