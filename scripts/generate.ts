// Generates files from the code: tables and pictures of the documents, rules of the edge. `--check` writes nothing
// and fails if a file is out of date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { renderColorRules } from '../varnish/color-rules.ts';
import { renderEscapeRules } from '../varnish/escape-rules.ts';
import { renderFaultPictures } from '../varnish/fault-pictures.ts';
import { renderPageRules } from '../varnish/page-rules.ts';
import { renderParameterRules } from '../varnish/parameter-rules.ts';
import { kindsTable, parametersTable } from './generate/badge-tables.ts';
import { metricsTable, settingsTable } from './generate/operator-tables.ts';
import { drawPictures } from './generate/pictures.ts';

const ROOT = resolve(import.meta.dirname, '..');

function read(file: string): string {
  try {
    return readFileSync(join(ROOT, file), 'utf8');
  } catch {
    return '';
  }
}

/** Returns the document with new rows in the table between the comments `name` and `/name`. */
function withTable(text: string, name: string, rows: string): string {
  const pattern = new RegExp(`(<!-- ${name} -->\\n(?:\\|.*\\n){2})[^]*?(<!-- /${name} -->)`);
  if (!pattern.test(text)) throw new Error(`no table ${name}`);
  return text.replace(pattern, (_, start: string, end: string) => `${start}${rows}\n${end}`);
}

/** Removes PNG bytes, which differ between machines although the pictures look the same. */
function withoutPixels(text: string): string {
  return text.replace(/BASE64, "[^"]*"/g, 'BASE64, ""');
}

const badges = withTable(read('docs/badges.md'), 'kinds', kindsTable());
const files: [file: string, content: string][] = [
  ['docs/badges.md', withTable(badges, 'parameters', parametersTable())],
  ['docs/settings.md', withTable(read('docs/settings.md'), 'settings', settingsTable())],
  ['docs/metrics.md', withTable(read('docs/metrics.md'), 'metrics', await metricsTable())],
  ['varnish/rules/parameter-rules.vcl', renderParameterRules()],
  ['varnish/rules/page-rules.vcl', renderPageRules()],
  ['varnish/rules/color-rules.vcl', renderColorRules()],
  ['varnish/rules/escape-rules.vcl', renderEscapeRules()],
  ['varnish/rules/fault-pictures.vcl', await renderFaultPictures()],
  ...drawPictures(),
];
const outdated = files.filter(
  ([file, content]) => withoutPixels(read(file)) !== withoutPixels(content),
);
if (process.argv.includes('--check')) {
  for (const [file] of outdated) console.error(`${file} is out of date: run make docs`);
  process.exit(outdated.length === 0 ? 0 : 1);
}
for (const [file, content] of outdated) {
  mkdirSync(dirname(join(ROOT, file)), { recursive: true });
  writeFileSync(join(ROOT, file), content);
}
