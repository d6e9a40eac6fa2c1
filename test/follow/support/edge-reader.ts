import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';

const CONNECTIONS = 32;
const LOOK_MS = 400;

/** A badge, as a reader gets it. */
export interface ReadBadge {
  /** The picture's text. */
  readonly text: string;
  /** `X-Badge-Status`. */
  readonly verdict: string;
  /** How long our own edge may keep it, in seconds: only a node says so. */
  readonly edgeSeconds: number;
}

/** A reader of badges at one origin: an edge, or a node behind it. */
export interface EdgeReader {
  /** Rejects where the answer is not 200. */
  read(path: string): Promise<ReadBadge>;
  /** Reads each of them once. */
  readAll(paths: readonly string[]): Promise<ReadBadge[]>;
  /** Reads each of them until it is `ok`: a node of a machine that is busy may be late with the first answer. */
  readAllOk(paths: readonly string[]): Promise<void>;
  /**
   * Looks again and again until the badge says that, for so long at the most; gives how many milliseconds since `sinceMs`
   * (`performance.now()`) that took, or Infinity.
   */
  untilSays(path: string, message: string, withinMs: number, sinceMs?: number): Promise<number>;
  close(): Promise<void>;
}

/** The path of a project's version badge. */
export function versionPath(project: string): string {
  return `/version/${project}/badge.svg`;
}

export function createEdgeReader(origin: string): EdgeReader {
  const pool = new Pool(origin, { connections: CONNECTIONS });
  const read = async (path: string): Promise<ReadBadge> => {
    const { statusCode, headers, body } = await pool.request({ path, method: 'GET' });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`${path}: ${statusCode} ${text}`);
    const verdict = String(headers['x-badge-status']);
    return { text, verdict, edgeSeconds: Number(headers['x-edge-ttl']) };
  };
  return {
    read,
    readAll: (paths) => Promise.all(paths.map(read)),
    async readAllOk(paths) {
      const readOk = async (path: string): Promise<void> => {
        while ((await read(path)).verdict !== 'ok') await delay(LOOK_MS);
      };
      await Promise.all(paths.map(readOk));
    },
    async untilSays(path, message, withinMs, sinceMs = performance.now()) {
      while (performance.now() - sinceMs < withinMs) {
        const { text } = await read(path);
        if (text.includes(`: ${message}"`)) return performance.now() - sinceMs;
        await delay(LOOK_MS);
      }
      return Infinity;
    },
    close: () => pool.destroy(),
  };
}
