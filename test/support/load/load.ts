import { hash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import sharp from 'sharp';
import { Pool } from 'undici';

const MAX_FAULTS = 20;
/** Number of different pictures decoded after the load; decoding during it would slow the machine. */
const MAX_DECODED = 200;
/** Latency is measured, not asserted: the deadlines have their own tests, which inject them. */
const PATIENCE_MS = 60_000;
/** Number of latest answers whose latencies are kept. */
const MAX_LATENCIES = 20_000;

export interface LoadOptions {
  readonly clients?: number;
  readonly maxRequests?: number;
  /** Pause of a client between two requests; 0 for a flood. */
  readonly restMs?: number;
  /** Allowed statuses of a picture; only 200 by default. */
  readonly statuses?: readonly number[];
  /** Returns the client address of the nth request, as proxies in front would send it; by default none. */
  readonly addressOf?: (number: number) => string;
}

/** Result of a load. */
export interface LoadReport {
  readonly asked: number;
  /** The first answers that are no well-formed picture with an allowed status. */
  readonly faults: readonly string[];
  /** Count of each `X-Badge-Status`. */
  readonly verdicts: Readonly<Record<string, number>>;
  /** Latencies in milliseconds: median, p99 and maximum. */
  readonly p50: number;
  readonly p99: number;
  readonly slowest: number;
}

/** Clients that send one request after the other until the load ends. */
export interface Load {
  /** Resolves when that many more requests have been answered, or the load has ended. */
  answered(more: number): Promise<void>;
  /** Ends the load. */
  stop(): Promise<LoadReport>;
}

/** Starts a load; `pathOf` returns the path of the nth request. */
export function startLoad(
  origin: string,
  pathOf: (number: number) => string,
  options: LoadOptions = {},
): Load {
  const { clients = 16, maxRequests = 5_000, restMs = 10, statuses = [200], addressOf } = options;
  // One connection per request, like most image proxies: a kept one may be closed just when a client uses it.
  const pool = new Pool(origin, {
    connections: clients,
    headersTimeout: PATIENCE_MS,
    pipelining: 0,
  });
  const isPicture = createPictureCheck();
  const undecoded = new Map<string, () => Promise<void>>();
  const faults: string[] = [];
  const verdicts: Record<string, number> = {};
  const latencies: number[] = [];
  const state = { asked: 0, timed: 0, done: 0, isOn: true };

  const ask = async (path: string, number: number): Promise<void> => {
    const sent = addressOf && { headers: { 'x-forwarded-for': addressOf(number) } };
    const startedAtMs = performance.now();
    const { statusCode, headers, body } = await pool.request({ path, method: 'GET', ...sent });
    const bytes = await body.bytes();
    latencies[state.timed % MAX_LATENCIES] = performance.now() - startedAtMs;
    state.timed += 1;
    const type = String(headers['content-type']);
    const verdict = String(headers['x-badge-status']);
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
    const fault = `${path}: ${statusCode} ${type}, ${bytes.length} bytes`;
    if (!statuses.includes(statusCode) || !type.startsWith('image/') || bytes.length === 0)
      faults.push(fault);
    else if (undecoded.size < MAX_DECODED)
      undecoded.set(`${type} ${hash('sha256', bytes)}`, async () => {
        if (!(await isPicture(type, bytes))) faults.push(fault);
      });
  };
  const client = async (): Promise<void> => {
    while (state.isOn && state.asked < maxRequests && faults.length < MAX_FAULTS) {
      state.asked += 1;
      const path = pathOf(state.asked);
      await ask(path, state.asked).catch((error: unknown) =>
        faults.push(`${path}: ${String(error)}`),
      );
      state.done += 1;
      if (restMs > 0) await delay(restMs);
    }
    state.isOn = false;
  };
  const running = Array.from({ length: clients }, client);

  return {
    async answered(more) {
      const goal = state.done + more;
      while (state.isOn && state.done < goal) await delay(10);
    },
    async stop() {
      state.isOn = false;
      await Promise.all(running);
      await pool.close();
      for (const decode of undecoded.values()) await decode();
      const sorted = latencies.toSorted((a, b) => a - b);
      const at = (share: number): number =>
        Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
      return { asked: state.asked, faults, verdicts, p50: at(0.5), p99: at(0.99), slowest: at(1) };
    },
  };
}

/** Returns the p99 of so many requests, in milliseconds: what a load with faults is compared with. */
export async function measureP99(
  origin: string,
  pathOf: (number: number) => string,
  options: LoadOptions & { readonly maxRequests: number },
): Promise<number> {
  const load = startLoad(origin, pathOf, options);
  await load.answered(options.maxRequests);
  return (await load.stop()).p99;
}

/** Whether the bytes decode as a picture of the type; the same bytes are decoded once. */
export function createPictureCheck(): (type: string, bytes: Uint8Array) => Promise<boolean> {
  const known = new LRUCache<string, boolean>({ max: 5_000 });
  return async (type, bytes) => {
    if (!type.startsWith('image/')) return false;
    const digest = hash('sha256', bytes);
    const isGood = known.get(digest) ?? (await canBeDrawn(type, bytes));
    known.set(digest, isGood);
    return isGood;
  };
}

/** librsvg refuses XML that is not well-formed. */
async function canBeDrawn(type: string, bytes: Uint8Array): Promise<boolean> {
  try {
    const { format } = await sharp(bytes, { failOn: 'error' }).metadata();
    await sharp(bytes, { failOn: 'error' }).raw().toBuffer();
    return type.startsWith(`image/${format}`);
  } catch {
    return false;
  }
}
