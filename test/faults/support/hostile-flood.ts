import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { scrape, sumOf } from '../../../src/commands/scrape.ts';

const MAX_FAULTS = 20;
const SAMPLE_EVERY_MS = 100;

/** Requests as fast as they are answered, from addresses that the proxies in front have told. */
export interface FloodOptions {
  readonly pathOf: (number: number) => string;
  /** The client's address of the nth request. */
  readonly addressOf: (number: number) => string;
  readonly requests: number;
  readonly clients?: number;
}

/** What the flood was answered with. */
export interface FloodReport {
  /** How often each status came, and each `X-Badge-Status`. */
  readonly answers: Readonly<Record<string, number>>;
  /** Answers that are no picture, or none at all; the first few. */
  readonly faults: string[];
  readonly seconds: number;
}

/** Sends all requests of the flood; resolves when the last one is answered. */
export async function flood(origin: string, options: FloodOptions): Promise<FloodReport> {
  const { pathOf, addressOf, requests, clients = 32 } = options;
  const pool = new Pool(origin, { connections: clients });
  const answers: Record<string, number> = {};
  const faults: string[] = [];
  const startedAtMs = performance.now();
  let asked = 0;

  const ask = async (number: number): Promise<void> => {
    const { statusCode, headers, body } = await pool.request({
      path: pathOf(number),
      method: 'GET',
      headers: { 'x-forwarded-for': addressOf(number) },
    });
    const bytes = await body.bytes();
    const answer = `${statusCode} ${String(headers['x-badge-status'])}`;
    answers[answer] = (answers[answer] ?? 0) + 1;
    const isPicture = String(headers['content-type']).startsWith('image/') && bytes.length > 0;
    if (!isPicture) faults.push(`${pathOf(number)}: ${answer}, ${bytes.length} bytes`);
  };
  const client = async (): Promise<void> => {
    while (asked < requests && faults.length < MAX_FAULTS) {
      const number = (asked += 1);
      await ask(number).catch((error: unknown) => faults.push(String(error)));
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  await pool.destroy();
  return { answers, faults, seconds: (performance.now() - startedAtMs) / 1000 };
}

/** The most that was ever seen of what has a budget, of any node. */
export interface Peaks {
  rssBytes: number;
  memoryBytes: number;
  diskBytes: number;
  drawingWaiting: number;
}

/** Reads the nodes' metrics every tenth of a second until `stop`, which gives the highest values. */
export function watchBudgets(adminUrls: readonly string[]): { stop(): Promise<Peaks> } {
  const peaks: Peaks = { rssBytes: 0, memoryBytes: 0, diskBytes: 0, drawingWaiting: 0 };
  const state = { isOn: true };
  const look = async (adminUrl: string): Promise<void> => {
    const samples = await scrape(adminUrl);
    const seen: Peaks = {
      rssBytes: sumOf(samples, 'process_resident_memory_bytes'),
      memoryBytes: samples
        .filter(({ name }) => /^pypins_memory_\w+_bytes$/.test(name))
        .reduce((sum, { value }) => sum + value, 0),
      diskBytes: sumOf(samples, 'pypins_disk_pictures_bytes'),
      drawingWaiting: sumOf(samples, 'pypins_drawing_waiting'),
    };
    for (const key of ['rssBytes', 'memoryBytes', 'diskBytes', 'drawingWaiting'] as const)
      peaks[key] = Math.max(peaks[key], seen[key]);
  };
  const watching = (async () => {
    do {
      // A node that is too busy to tell is asked again.
      await Promise.all(adminUrls.map((url) => look(url).catch(() => undefined)));
      await delay(SAMPLE_EVERY_MS);
    } while (state.isOn);
  })();
  return {
    async stop() {
      state.isOn = false;
      await watching;
      return peaks;
    },
  };
}
