import type { Store } from '../../../cache/store/contract.ts';
import { createLoadRecords } from '../../downloads/loads.ts';
import { isCurrent, reportLoad } from '../../downloads/report.ts';
import type { Finding } from './finding.ts';

/** Checks the daily load of download counts, by what is in the store. */
export async function checkDownloads(store: Store): Promise<Finding> {
  const report = await reportLoad(createLoadRecords(store));
  const { through, ageDays, projects, problem } = report;
  const load =
    through === null
      ? 'nothing is loaded'
      : `${projects} projects up to ${through}, ${ageDays} days ago`;
  const detail = problem === null ? load : `${load}; the last attempt failed: ${problem}`;
  if (isCurrent(report) && problem === null) return { check: 'downloads', status: 'ok', detail };
  const advice =
    problem === null
      ? 'Run `pypins follow`, which loads once a day, or `pypins downloads load`.'
      : 'Check the CLICKHOUSE_ settings. `pypins follow` tries again, and goes on where it stopped.';
  return { check: 'downloads', status: 'warn', detail, advice };
}
