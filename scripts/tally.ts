// Sums up the reports of the test runners in a folder as `N passed, N failed, N skipped`. Fails if a test
// failed, was skipped, or never ran.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  success: z.boolean(),
});

function readReports(folder: string): z.infer<typeof reportSchema>[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.map((name) =>
    reportSchema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))),
  );
}

const [folder = 'reports', status = '0'] = process.argv.slice(2);
let reports: z.infer<typeof reportSchema>[] = [];
try {
  reports = readReports(folder);
} catch (error) {
  console.error(`no test reports: ${String(error)}`);
}
const sum = (count: (report: (typeof reports)[number]) => number): number =>
  reports.reduce((total, report) => total + count(report), 0);

const passed = sum((report) => report.numPassedTests);
const failed = sum((report) => report.numFailedTests);
const skipped = sum((report) => report.numPendingTests + report.numTodoTests);
const isGood =
  status === '0' && passed > 0 && skipped === 0 && reports.every((report) => report.success);
console.log(`${passed} passed, ${Math.max(failed, isGood ? 0 : 1)} failed, ${skipped} skipped`);
process.exit(isGood ? 0 : 1);
