// Fails if a dependency's license is not permitted or docs/licenses.md is out of date; `--write` updates that page.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { faultOf, readDependencies, renderPage } from './licenses.ts';

const root = new URL('../', import.meta.url);
const page = new URL('docs/licenses.md', root);

const dependencies = readDependencies(readFileSync(new URL('package-lock.json', root), 'utf8'));
const faults = dependencies.map(faultOf).filter((fault) => fault !== undefined);
const content = renderPage(dependencies);
if (process.argv.includes('--write')) {
  writeFileSync(page, content);
} else if (!existsSync(page) || readFileSync(page, 'utf8') !== content) {
  faults.push('docs/licenses.md is out of date: run node scripts/check-licenses.ts --write');
}
for (const fault of faults) console.error(fault);
process.exit(faults.length === 0 ? 0 : 1);
