import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';

/** So many at once: the edge has 50 threads in each pool before it makes more. */
const AT_ONCE = 50;
/** Files and sockets that this process has open beside those of the test. */
const OTHER_FILES = 500;
const SLOW_MS = 1_000;
/** Its ports are no others': some test looks for a free one of 127.0.0.1 just now. */
const FROM = '127.0.0.2';
const REQUEST = 'GET /version/requests/badge.svg HTTP/1.1\r\nHost: x\r\n';
const LONG_HEADER = `${REQUEST}X-Slow: ${'a'.repeat(10_000)}`;

/** Sockets that somebody holds. */
export interface HeldSockets {
  /** How many have connected, and begun to hold their connection. */
  readonly begun: number;
  /** How many of them the other side has closed. */
  readonly closed: number;
  /** Milliseconds from the first connection to the last that was closed. */
  readonly lastClosedMs: number;
  /** Drops what is left. */
  release(): void;
}

/** What a client does with its connection; it calls `begun` when it has what it waits for. */
export type Manner = (socket: Socket, begun: () => void) => void;

/** Opens that many connections to a port of this machine. Rejects where this process may not have so many open files. */
export async function holdSockets(
  url: string,
  count: number,
  manner: Manner,
): Promise<HeldSockets> {
  await checkOpenFiles(count + OTHER_FILES);
  const { port, hostname: host } = new URL(url);
  const startedAtMs = performance.now();
  const sockets: Socket[] = [];
  const seen = { begun: 0, closed: 0, lastClosedMs: 0 };

  const open = (): Promise<void> =>
    new Promise((done) => {
      const socket = connect({ host, port: Number(port), localAddress: FROM });
      sockets.push(socket);
      const begun = (): void => {
        seen.begun += 1;
        done();
      };
      socket.once('connect', () => manner(socket, begun)).on('error', () => undefined);
      socket.once('close', () => {
        seen.closed += 1;
        seen.lastClosedMs = Math.round(performance.now() - startedAtMs);
        done();
      });
    });

  for (let opened = 0; opened < count; opened += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - opened) }, open));
  }
  return {
    get begun() {
      return seen.begun;
    },
    get closed() {
      return seen.closed;
    },
    get lastClosedMs() {
      return seen.lastClosedMs;
    },
    release() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Asks for a badge, takes the answer, and asks for nothing more. */
export const idle: Manner = (socket, begun) => {
  socket.once('data', begun).write(`${REQUEST}\r\n`);
};

/** Sends a request with a byte a second; it never comes to its end. */
export const aByteASecond: Manner = (socket, begun) => {
  const bytes = LONG_HEADER[Symbol.iterator]();
  const timer = setInterval(() => socket.write(bytes.next().value ?? ''), SLOW_MS);
  socket.resume().once('close', () => clearInterval(timer));
  begun();
};

/** Connects, and says nothing. */
export const silent: Manner = (socket, begun) => {
  socket.resume();
  begun();
};

/** Announces a body that does not come. */
export const noBody: Manner = (socket, begun) => {
  socket.resume().write(`${REQUEST}Content-Length: 1000\r\n\r\n`);
  begun();
};

async function checkOpenFiles(needed: number): Promise<void> {
  // Node has raised the soft limit to the hard one.
  const limits = await readFile('/proc/self/limits', 'utf8');
  const allowed = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]);
  if (allowed < needed)
    throw new Error(`this needs ${needed} open files, and ${allowed} are allowed: see ulimit -Hn`);
}
