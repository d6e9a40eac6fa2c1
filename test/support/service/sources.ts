import { onTestFinished } from 'vitest';
import { type Config, readConfig } from '../../../src/config.ts';
import { createLog } from '../../../src/log.ts';
import { createMetrics } from '../../../src/metrics.ts';
import type { OpenedSources } from '../../../src/facts/sources.ts';
import { openSources, type ServicesOptions } from '../../../src/services.ts';
import type { Output } from '../../../src/commands/output.ts';
import { tempDirectoryForTest } from '../temp.ts';

/** Creates the options of a command: the given settings, its own cache, and a silent log. */
export async function createOptionsForTest(
  settings: Readonly<Record<string, string>>,
): Promise<ServicesOptions> {
  const log = createLog('silent');
  onTestFinished(() => log.close());
  const config = readConfig({ CACHE_DIR: await tempDirectoryForTest(), ...settings });
  return { config, log: log.log, metrics: createMetrics('0'), version: '0' };
}

/** Opens the sources as a command does; closed when the test ends. */
export async function openSourcesForTest(
  settings: Readonly<Record<string, string>>,
): Promise<{ opened: OpenedSources; config: Config }> {
  const options = await createOptionsForTest(settings);
  const opened = await openSources(options);
  onTestFinished(() => opened.close());
  return { opened, config: options.config };
}

/** Creates an output that records results and notes. */
export function createTestOutput(): { output: Output; lines: string[]; notes: string[] } {
  const [lines, notes]: [string[], string[]] = [[], []];
  const output = {
    line: (text: string) => void lines.push(text),
    note: (text: string) => void notes.push(text),
    progress: () => undefined,
    picture: async () => undefined,
  };
  return { output, lines, notes };
}
