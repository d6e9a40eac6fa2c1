import type { IncomingMessage, ServerResponse } from 'node:http';
import { type BadgeContext, type Step, tiersOf, type SentResponse } from './state.ts';

/** Writes a response. HEAD gets no body; 304 gets neither a body nor its headers. */
export function writeResponse(
  { method }: IncomingMessage,
  response: ServerResponse,
  { status, headers, contentType, body }: SentResponse,
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
  // For ASCII both encodings give the same bytes, and Latin-1 is faster.
  else response.end(body, body.length === bytes ? 'latin1' : 'utf8');
}

/** Sends a response, with the headers of this request. Bypasses Koa's setters: they cost as much as drawing an SVG. */
export function sendResponse(ctx: BadgeContext, answer: SentResponse): void {
  const { requestId, steps } = ctx.state;
  const headers = { ...answer.headers, 'X-Request-Id': requestId, ...stepHeaders(steps) };
  ctx.respond = false;
  writeResponse(ctx.req, ctx.res, { ...answer, headers });
}

/** Headers with the tier and the duration of each step. */
export function stepHeaders(steps: readonly Step[]): Record<string, string> {
  if (steps.length === 0) return {};
  return {
    'X-Cache': tiersOf(steps),
    'Server-Timing': steps
      .map(({ name, tier, tookMs }) => `${name};desc="${tier}";dur=${tookMs.toFixed(2)}`)
      .join(', '),
  };
}
