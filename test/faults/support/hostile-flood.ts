import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { scrape, sumOf } from '../../../src/commands/scrape.ts';

const SAMPLE_EVERY_MS = 100;

/** Requests as fast as they are answered, from addresses that the proxies in front have told. */
export interface FloodOptions {
  readonly pathOf: (number: number) => string;
  /** The client's address of the nth request. */
  readonly addressOf: (number: number) => string;
  readonly requests: number;
  readonly clients?: number;
}

const reportSchema = z.object({
  /** How often each status came, and each `X-Badge-Status`. */
  answers: z.record(z.string(), z.number()),
  /** Answers that are no picture, or none at all; the first few. */
  faults: z.array(z.string()),
  seconds: z.number(),
});

/** What the flood was answered with. */
export type FloodReport = z.infer<typeof reportSchema>;

/** A process that sends floods. */
export interface Flooder {
  /** Sends all requests of a flood, one flood at a time; resolves when the last one is answered. */
  flood(origin: string, options: FloodOptions): Promise<FloodReport>;
  stop(): void;
}

/** Resolves when the process is there: its start would be felt by those who are measured. */
export async function startFlooder(): Promise<Flooder> {
  const child = fork(join(import.meta.dirname, 'hostile-flood-process.ts'), { execArgv: [] });
  await once(child, 'message');
  return {
    async flood(origin, { pathOf, addressOf, requests, clients = 32 }) {
      const asked = Array.from({ length: requests }, (_, n) => [pathOf(n + 1), addressOf(n + 1)]);
      child.send({ origin, asked, clients });
      const messages: unknown[] = await once(child, 'message');
      return reportSchema.parse(messages[0]);
    },
    stop: () => child.disconnect(),
  };
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
