import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** A whole answer, before it is made conditional or compressed. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** A request that the stand-in has seen. */
export interface LoggedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Undefined while there is no answer, and for ever where the stand-in hangs or resets. */
  readonly status: number | undefined;
}

/** A request and its answer under way. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** Sends the status line and the headers, and logs the status. */
  start(status: number, headers: Readonly<Record<string, string>>): void;
}

/** Answers: 304 where the client has the same ETag, gzip where it takes it, the length always. */
export async function send(exchange: Exchange, answer: Answer): Promise<void> {
  const { request, response } = exchange;
  if (
    answer.status === 200 &&
    hasSameEtag(request.headers['if-none-match'], answer.headers['etag'])
  ) {
    const { 'content-type': _, ...headers } = answer.headers;
    exchange.start(304, headers);
    response.end();
    return;
  }
  const isGzip = answer.status === 200 && takesGzip(request.headers['accept-encoding']);
  const body = isGzip ? await compress(answer.body) : Buffer.from(answer.body);
  exchange.start(answer.status, {
    ...answer.headers,
    ...(isGzip && { 'content-encoding': 'gzip' }),
    'content-length': String(body.length),
  });
  response.end(body);
}

/** RFC 9110, 13.1.2: any of the list, compared weakly, or `*`. */
function hasSameEtag(ifNoneMatch: string | undefined, etag: string | undefined): boolean {
  if (ifNoneMatch === undefined || etag === undefined) return false;
  const known = ifNoneMatch.split(',').map((each) => each.trim().replace(/^W\//, ''));
  return known.some((each) => each === etag || each === '*');
}

function takesGzip(acceptEncoding: string | string[] | undefined): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(String(acceptEncoding ?? ''));
}
