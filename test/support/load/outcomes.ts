import { appendFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const REPORTS = resolve(import.meta.dirname, '../../../reports');

/**
 * Records the effect of a fault for `docs/reliability.md`. Figures depend on the run and the machine, so
 * no test asserts them. Appends a line of JSON to `reports/faults.ndjson`.
 */
export function tellOutcome(fault: string, measured: Readonly<Record<string, unknown>>): void {
  mkdirSync(REPORTS, { recursive: true });
  appendFileSync(join(REPORTS, 'faults.ndjson'), `${JSON.stringify({ fault, ...measured })}\n`);
}
