import { createConnection } from 'node:net';
import { Pool } from 'undici';
import type { HostileAnswer } from './answers.ts';

const PATIENCE_MS = 60_000;
const NO_CHUNKS = '0\r\n\r\n';

/** Asks for request targets as they are: a URL library would tidy them up first. */
export interface HostileClient {
  /** The whole answer; rejects where there is none within a minute. */
  get(target: string, headers?: Readonly<Record<string, string>>): Promise<HostileAnswer>;
  /** Drops all connections. */
  close(): Promise<void>;
}

/** Keeps its connections, of which there are so many at once. */
export function createHostileClient(origin: string, connections = 1): HostileClient {
  const pool = new Pool(origin, {
    connections,
    headersTimeout: PATIENCE_MS,
    bodyTimeout: PATIENCE_MS,
  });
  return {
    async get(target, headers) {
      const answer = await pool.request({ path: target, method: 'GET', headers: headers ?? {} });
      const body = Buffer.from(await answer.body.bytes());
      return { status: answer.statusCode, headers: answer.headers, body };
    },
    close: () => pool.destroy(),
  };
}

/** Sends bytes as they are, and gives all that comes back until the connection is closed, or is idle for so long. */
export function sendRaw(origin: string, bytes: Buffer, idleMs: number): Promise<Buffer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = createConnection({ host: hostname, port: Number(port) }, () =>
      socket.write(bytes),
    );
    socket.setTimeout(idleMs, () => socket.destroy());
    socket.on('data', (chunk) => chunks.push(chunk));
    // Whoever sends nonsense is cut off.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks)));
  });
}

/** All answers of what came back over a connection; what is none is the last one, with the status 0. */
export function readAnswers(bytes: Buffer): HostileAnswer[] {
  const answers: HostileAnswer[] = [];
  for (let rest = bytes; rest.length > 0;) {
    const end = rest.indexOf('\r\n\r\n') + 4;
    const [statusLine = '', ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) [A-Za-z -]+$/.exec(statusLine)?.[1] ?? 0);
    const headers = Object.fromEntries(lines.slice(0, -2).map(readHeader));
    const length = end < 4 || status === 0 ? rest.length : Number(headers['content-length'] ?? 0);
    if (status !== 100) answers.push({ status, headers, body: rest.subarray(end, end + length) });
    rest = rest.subarray(end + length);
    // Node's own refusals: chunks, and none in it.
    if (headers['transfer-encoding'] === 'chunked' && rest.indexOf(NO_CHUNKS) === 0)
      rest = rest.subarray(NO_CHUNKS.length);
  }
  return answers;
}

function readHeader(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
