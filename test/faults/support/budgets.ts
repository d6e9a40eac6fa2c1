import { setTimeout as delay } from 'node:timers/promises';
import { scrape, sumOf } from '../../../src/commands/scrape.ts';

const SAMPLE_EVERY_MS = 100;

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
