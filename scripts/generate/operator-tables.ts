import { settingsSchema } from '../../src/config.ts';
import { listMetrics } from './metrics-list.ts';

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

/** Returns the rows of the table of metrics: name, labels, meaning. */
export async function metricsTable(): Promise<string> {
  const own = (await listMetrics()).filter(({ name }) => name.startsWith('pypins_'));
  const rows = own.map(({ name, labels, help }) => {
    const labelNames = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${labelNames} | ${help} |`;
  });
  return [
    ...rows,
    '| `process_*`, `nodejs_*` | | memory, CPU, event loop: the default metrics of Node |',
  ].join('\n');
}
