import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { CONNECTION_DEADLINES } from '../deadlines.ts';
import type { Probes } from './probes.ts';
import { escapeRawBytes, type ParseError, Resent } from './urls/raw-bytes.ts';

const { keepAliveMs, headersMs, requestMs, drainMs, noticeMs, stopMs } = CONNECTION_DEADLINES;
const CHECK_CONNECTIONS_MS = 1_000;
const MAX_HEADERS = 64;
const MAX_HEADER_BYTES = 32 * 1024;
const MAX_CONNECTIONS = 10_000;
/** The edge probes this URL, twice a second. */
export const PROBE_URL = '/-/ready';
const SWEEP_MS = 100;
/** Without a request for this long, none is on its way from an edge that has been refused. */
const QUIET_MS = 300;

const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** Handles a request, failures included; never rejects. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A listening HTTP server. */
export interface Listener {
  readonly url: string;
  /**
   * Serves on until every edge that probes has been told often enough that this process is not ready. Then accepts no
   * new connections, completes open requests, and closes idle connections. Settles within ten seconds.
   */
  stop(): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Descriptor of a socket that already listens; replaces host and port. */
  readonly descriptor?: number | undefined;
  /** Notes the edges' probes, and refuses them at the end; without it, nobody minds that idle connections are closed. */
  readonly probes?: Probes;
  /** Returns the complete response to a request that cannot be parsed; undefined: 400 without a body. */
  readonly respondToBadRequest?: (error: NodeJS.ErrnoException) => string | undefined;
}

/** Listens, with limits for slow and greedy clients. Rejects if the address is taken. */
export async function listen(handle: Handler, options: ListenOptions): Promise<Listener> {
  let stopping = false;
  const { host, port, descriptor, probes } = options;
  /** Sets `Connection: close` while stopping. Cheaper than a list of open responses. */
  class ClosingResponse extends ServerResponse {
    override writeHead(...args: [status: number, ...others: never[]]): this {
      if (stopping && !this.headersSent) this.setHeader('Connection', 'close');
      return super.writeHead(...args);
    }
  }
  let requestedAtMs = -Infinity;
  const server = createServer(
    {
      keepAliveTimeout: keepAliveMs,
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: CHECK_CONNECTIONS_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      ServerResponse: ClosingResponse,
    },
    (request, response) => {
      if (request.url === PROBE_URL) {
        const { remoteAddress = '' } = request.socket;
        response.once('finish', () => probes?.add(remoteAddress));
      } else requestedAtMs = performance.now();
      void handle(request, response);
    },
  );
  server.maxHeadersCount = MAX_HEADERS;
  server.maxConnections = MAX_CONNECTIONS;
  answerBadRequests(server, options.respondToBadRequest);
  closeIdleWhenFull(server);
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
      const startedAtMs = performance.now();
      const passedMs = (): number => performance.now() - startedAtMs;
      const notice = probes?.refuse();
      // Connections to a socket that systemd holds wait for the next process: until clients have closed theirs, this
      // one serves on. Another socket refuses them, and a proxy tries the next process at once.
      const isNoticed = (): boolean =>
        notice?.isExpected
          ? notice.isOver() && performance.now() - requestedAtMs > QUIET_MS
          : descriptor === undefined || passedMs() > drainMs;
      // At least once: connections that the kernel has accepted are served.
      do await delay(SWEEP_MS);
      while (!isNoticed() && passedMs() < noticeMs);
      // An edge that uses another process writes to none of its idle connections; Prometheus asks again.
      const isUnused = notice === undefined || notice.isExpected;
      await drain(server, passedMs, isUnused ? 0 : drainMs);
    },
  };
}

/** Answers requests that Node's parser refuses; those with raw bytes in their URL are sent again. */
function answerBadRequests(server: Server, respond: ListenOptions['respondToBadRequest']): void {
  const resent = new WeakSet<Duplex>();
  server.on('clientError', (error: ParseError, socket: Duplex) => {
    // What follows a request that was sent again is not read.
    if (resent.has(socket)) return;
    const escaped = escapeRawBytes(error);
    if (!socket.writable) socket.destroy();
    else if (escaped === undefined) socket.end(respond?.(error) ?? BAD_REQUEST);
    else {
      resent.add(socket);
      server.emit('connection', new Resent(socket, escaped));
    }
  });
}

/** Closes idle connections when the limit of connections is reached; at most once a second, because it visits all. */
function closeIdleWhenFull(server: Server): void {
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

/** The host by which a client on this machine reaches the address. */
function hostOf({ address, family }: AddressInfo): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  if (address === '::') return '[::1]';
  return family === 'IPv6' ? `[${address}]` : address;
}

/**
 * Stops listening, and closes connections as they become idle. `http.Server.close()` would cut idle connections at
 * once, while a proxy may be writing to one; `net.Server`'s `close()` keeps them, and each gets `Connection: close`
 * with its next response.
 */
async function drain(server: Server, passedMs: () => number, idleMs: number): Promise<void> {
  const sweep = setInterval(() => {
    if (passedMs() > stopMs) server.closeAllConnections();
    else if (passedMs() > idleMs) server.closeIdleConnections();
  }, SWEEP_MS);
  await new Promise<void>((resolve) => {
    NetServer.prototype.close.call(server, () => resolve());
  });
  clearInterval(sweep);
}
