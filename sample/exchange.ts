import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** A whole answer, before `send` makes it conditional or compresses it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** A request to one of the APIs. */
export interface LoggedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Undefined before the answer starts; it never does if the stand-in hangs or resets. */
  readonly status: number | undefined;
}

/** A request, and its answer under way. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly logged: LoggedRequest;
  /** Sends the status line and the headers, and logs the status. */
  start(status: number, headers: Readonly<Record<string, string>>): void;
}

export function openExchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const { method = 'GET', url: path = '/', headers } = request;
  let status: number | undefined;
  return {
    request,
    response,
    url: URL.parse(path, 'http://stand-in') ?? new URL('http://stand-in/unreadable'),
    logged: {
      method,
      path,
      headers,
      get status() {
        return status;
      },
    },
    start(started, sent) {
      status = started;
      response.writeHead(started, sent);
    },
  };
}

/** Returns a page without cache headers. Both services send one if something is wrong, and call plain text HTML. */
export function textPage(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** Sends the answer: as a 304 if the client has the same ETag, compressed if it accepts gzip. */
export async function send(exchange: Exchange, answer: Answer): Promise<void> {
  const { request, response } = exchange;
  const isOk = answer.status === 200;
  if (isOk && hasSameEtag(request.headers['if-none-match'], answer.headers['etag'])) {
    const { 'content-type': _, ...headers } = answer.headers;
    exchange.start(304, headers);
    response.end();
    return;
  }
  const isGzip = isOk && acceptsGzip(request.headers['accept-encoding']);
  const body = isGzip ? await compress(answer.body) : Buffer.from(answer.body);
  exchange.start(answer.status, {
    ...answer.headers,
    ...(isGzip && { 'content-encoding': 'gzip' }),
    'content-length': String(body.length),
  });
  response.end(body);
}

/** RFC 9110, 13.1.2: any ETag of the list, compared weakly, or `*`. */
function hasSameEtag(ifNoneMatch: string | undefined, etag: string | undefined): boolean {
  if (ifNoneMatch === undefined || etag === undefined) return false;
  const known = ifNoneMatch.split(',').map((each) => each.trim().replace(/^W\//, ''));
  return known.some((each) => each === etag || each === '*');
}

function acceptsGzip(acceptEncoding: string | string[] | undefined): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(String(acceptEncoding ?? ''));
}
