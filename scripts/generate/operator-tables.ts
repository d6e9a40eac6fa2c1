import { settingsSchema } from '../../src/config.ts';
import { createMetrics } from '../../src/metrics.ts';

const nothing = (): number => 0;

/** Returns the rows of the table of settings: name, default, meaning. */
export function settingsTable(): string {
  return Object.entries(settingsSchema.shape)
    .map(([name, schema]) => {
      // This default depends on the machine.
      const value = name === 'DRAWING_CONCURRENCY' ? '' : String(schema.def.defaultValue);
      return `| \`${name}\` | ${value === '' ? '' : `\`${value}\``} | ${schema.description} |`;
    })
    .join('\n');
}

/** Returns the rows of the table of metrics: name, meaning. */
export async function metricsTable(): Promise<string> {
  const metrics = createMetrics('0');
  metrics.watch({
    drawingRunning: nothing,
    drawingWaiting: nothing,
    budgetLeft: nothing,
    factsBytes: nothing,
    picturesBytes: nothing,
    answersBytes: nothing,
    diskBytes: nothing,
    storeHealthy: () => true,
    following: () => true,
  });
  metrics.watchDownloads({
    ageDays: nothing,
    projects: nothing,
    bytes: nothing,
    seconds: nothing,
    queriesLeft: nothing,
  });
  const { text } = await metrics.render();
  const rows = [...text.matchAll(/^# HELP (pypins_\w+) (.*)$/gm)].map(
    ([, name, help]) => `| \`${name}\` | ${help} |`,
  );
  return [
    ...rows,
    '| `process_*`, `nodejs_*` | memory, CPU, event loop: the default metrics of Node |',
  ].join('\n');
}
