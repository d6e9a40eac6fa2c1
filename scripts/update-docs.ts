// Writes into the README what the code knows better: the tables of settings and metrics, and the pictures in
// docs/pictures. `--check` changes nothing, and fails where something is out of date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { composeSpec } from '../src/badges/compose.ts';
import { settingsSchema } from '../src/config.ts';
import { STYLES } from '../src/imaging/spec.ts';
import { drawSvg } from '../src/imaging/svg.ts';
import { createMetrics } from '../src/metrics.ts';

const PICTURES = [
  ['', 'pypi', '2.32.3', 'brightgreen'],
  ['-downloads', 'downloads', '12.3k/month', 'brightgreen'],
  ['-python', 'python', '3.9 | 3.10 | 3.11', 'blue'],
  ['-license', 'license', 'Apache-2.0', 'green'],
] as const;

function settingsTable(): string {
  const rows = Object.entries(settingsSchema.shape).map(([name, schema]) => {
    const value = name === 'DRAWING_CONCURRENCY' ? '' : String(schema.def.defaultValue);
    return `| \`${name}\` | ${value === '' ? '' : `\`${value}\``} | ${schema.description} |`;
  });
  return rows.join('\n');
}

const nothing = (): number => 0;

async function metricsTable(): Promise<string> {
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
  const { text } = await metrics.render();
  const rows = [...text.matchAll(/^# HELP (pypins_\w+) (.*)$/gm)].map(
    ([, name, help]) => `| \`${name}\` | ${help} |`,
  );
  return [
    ...rows,
    '| `process_*`, `nodejs_*` | memory, CPU, event loop: the usual ones of Node |',
  ].join('\n');
}

function between(text: string, name: string, table: string): string {
  const pattern = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
  return text.replace(pattern, (_, start: string, end: string) => `${start}${table}\n${end}`);
}

function drawPictures(): [file: string, content: string][] {
  return STYLES.flatMap((style) =>
    PICTURES.slice(0, style === 'flat' ? 4 : 2).map(
      ([suffix, label, message, color]): [string, string] => [
        `docs/pictures/${style}${suffix}.svg`,
        drawSvg(composeSpec({ label, message, color }, { style })),
      ],
    ),
  );
}

const root = new URL('../', import.meta.url);
const readIfThere = (file: string): string => {
  try {
    return readFileSync(new URL(file, root), 'utf8');
  } catch {
    return '';
  }
};
const readme = between(
  between(readIfThere('README.md'), 'settings', settingsTable()),
  'metrics',
  await metricsTable(),
);
const files: [file: string, content: string][] = [['README.md', readme], ...drawPictures()];
const stale = files.filter(([file, content]) => readIfThere(file) !== content);
if (process.argv.includes('--check')) {
  for (const [file] of stale) console.error(`${file} is out of date: run make docs`);
  process.exit(stale.length === 0 ? 0 : 1);
}
mkdirSync(fileURLToPath(new URL('docs/pictures', root)), { recursive: true });
for (const [file, content] of stale) writeFileSync(new URL(file, root), content);
