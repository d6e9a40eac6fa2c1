import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** Longer than Varnish keeps an idle connection (60 s): a connection is closed by the side that opened it. */
const KEEP_ALIVE_MS = 65_000;
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
const CHECK_CONNECTIONS_MS = 1_000;
const MAX_HEADERS = 64;
const MAX_HEADER_BYTES = 32 * 1024;
const MAX_CONNECTIONS = 10_000;
/** What an edge's probe asks, every second or so. */
const PROBE_URL = '/-/ready';
const PROBED_LATELY_MS = 3_000;
/** How long a probe is given to see that this process stops, and that the one restarted before it is back. */
const NOTICE_MS = 2_000;
/** How long idle connections are kept while stopping, so that their owners learn of it by `Connection: close`. */
const DRAIN_MS = 3_000;
const DRAIN_DEADLINE_MS = 8_000;
const SWEEP_MS = 100;

const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** What deals with a request; it answers its failures itself, and never rejects. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** An HTTP server that listens. */
export interface Listener {
  readonly url: string;
  /** Takes no new connection, lets what is under way end, and closes the rest; settles within ten seconds. */
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
  const underWay = new Set<ServerResponse>();
  let stopping = false;
  let probedAtMs = -Infinity;
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_CONNECTIONS_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (request, response) => {
      if (request.url === PROBE_URL) probedAtMs = performance.now();
      underWay.add(response);
      response.once('close', () => underWay.delete(response));
      if (stopping) announceEnd(response);
      void handle(request, response);
    },
  );
  server.maxHeadersCount = MAX_HEADERS;
  server.maxConnections = MAX_CONNECTIONS;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (socket.writable) socket.end(options.answerUnreadable?.(error) ?? BAD_REQUEST);
    else socket.destroy();
  });
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
      // An edge asks nobody else while its probe has not found another: it is answered until then.
      if (performance.now() - probedAtMs < PROBED_LATELY_MS) await delay(NOTICE_MS);
      stopping = true;
      for (const response of underWay) announceEnd(response);
      await drain(server);
    },
  };
}

function announceEnd(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
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
    if (passedMs > DRAIN_DEADLINE_MS) server.closeAllConnections();
    else if (passedMs > DRAIN_MS) server.closeIdleConnections();
  }, SWEEP_MS);
  await new Promise<void>((resolve) => {
    NetServer.prototype.close.call(server, () => resolve());
  });
  clearInterval(sweep);
}
