import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { CONNECTION_DEADLINES } from '../deadlines.ts';

const { keepAliveMs, headersMs, requestMs, drainMs, stopMs } = CONNECTION_DEADLINES;
const CHECK_CONNECTIONS_MS = 1_000;
const MAX_HEADERS = 64;
const MAX_HEADER_BYTES = 32 * 1024;
const MAX_CONNECTIONS = 10_000;
/** What an edge's probe asks, every second or so. */
const PROBE_URL = '/-/ready';
const PROBED_LATELY_MS = 3_000;
/** How long a process that stops serves on, until an edge's probe has found the one that was restarted before it. */
const NOTICE_MS = 2_000;
const SWEEP_MS = 100;

const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** What deals with a request; it answers its failures itself, and never rejects. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** An HTTP server that listens. */
export interface Listener {
  readonly url: string;
  /**
   * Serves on for two seconds where an edge probes; then takes no new connection, lets what is under way end, and closes
   * the rest. Settles within ten seconds.
   */
  stop(): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** A socket that listens already, by its descriptor; it takes the place of host and port. */
  readonly descriptor?: number | undefined;
  /** The whole answer, as bytes, to a request that cannot be read; undefined: 400 without a body. */
  readonly answerUnreadable?: (error: NodeJS.ErrnoException) => string | undefined;
}

/** Listens, with limits on slow and greedy clients. Rejects when the address is taken. */
export async function listen(handle: Handler, options: ListenOptions): Promise<Listener> {
  let stopping = false;
  let probedAtMs = -Infinity;
  /** Says, once this stops, that it is the last answer on its connection. A list of those under way would be garbage with each. */
  class LastOnceStopping extends ServerResponse {
    override writeHead(...args: [status: number, ...others: never[]]): this {
      if (stopping && !this.headersSent) this.setHeader('Connection', 'close');
      return super.writeHead(...args);
    }
  }
  const server = createServer(
    {
      keepAliveTimeout: keepAliveMs,
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: CHECK_CONNECTIONS_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      ServerResponse: LastOnceStopping,
    },
    (request, response) => {
      if (request.url === PROBE_URL) probedAtMs = performance.now();
      void handle(request, response);
    },
  );
  server.maxHeadersCount = MAX_HEADERS;
  server.maxConnections = MAX_CONNECTIONS;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (socket.writable) socket.end(options.answerUnreadable?.(error) ?? BAD_REQUEST);
    else socket.destroy();
  });
  makeRoomWhenFull(server);
  const { host, port, descriptor } = options;
  await new Promise<void>((resolve, reject) => {
    const where = descriptor === undefined ? { host, port } : { fd: descriptor };
    server.once('error', reject).listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    url: urlOf(server),
    async stop() {
      stopping = true;
      // Without this, processes that restart one after the other are all refused or not yet found for a second.
      if (performance.now() - probedAtMs < PROBED_LATELY_MS) await delay(NOTICE_MS);
      await drain(server);
    },
  };
}

/** Connections that wait for nothing give way to those who ask; once a second, since all of them are looked at. */
function makeRoomWhenFull(server: Server): void {
  let madeAtMs = -Infinity;
  server.on('drop', () => {
    const nowMs = performance.now();
    if (nowMs - madeAtMs < CHECK_CONNECTIONS_MS) return;
    madeAtMs = nowMs;
    server.closeIdleConnections();
  });
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('the server listens on no port');
  return `http://${hostOf(address)}:${address.port}`;
}

/** Where a client on this machine reaches the address. */
function hostOf({ address, family }: AddressInfo): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  if (address === '::') return '[::1]';
  return family === 'IPv6' ? `[${address}]` : address;
}

/**
 * `http.Server.close()` cuts idle connections at once, into which a proxy may just be writing; `net.Server`'s only stops
 * listening. So idle connections live on for a while, and each answer on them says that it is the last.
 */
async function drain(server: Server): Promise<void> {
  const startedAtMs = performance.now();
  const sweep = setInterval(() => {
    const passedMs = performance.now() - startedAtMs;
    if (passedMs > stopMs - NOTICE_MS) server.closeAllConnections();
    else if (passedMs > drainMs) server.closeIdleConnections();
  }, SWEEP_MS);
  await new Promise<void>((resolve) => {
    NetServer.prototype.close.call(server, () => resolve());
  });
  clearInterval(sweep);
}
