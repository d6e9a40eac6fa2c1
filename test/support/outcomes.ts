import { appendFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const REPORTS = resolve(import.meta.dirname, '../../reports');

/**
 * Writes down what a fault came to, for `docs/reliability.md`: figures say something about one run on one machine, so
 * that no test asserts them. A line of JSON in `reports/faults.ndjson`.
 */
export function tellOutcome(fault: string, measured: Readonly<Record<string, unknown>>): void {
  mkdirSync(REPORTS, { recursive: true });
  appendFileSync(join(REPORTS, 'faults.ndjson'), `${JSON.stringify({ fault, ...measured })}\n`);
}
