import { ageInDays } from './days.ts';
import type { LoadRecords } from './loads.ts';

/** A load whose last day is further back is reported: ClickHouse is normally one or two days behind. */
export const MOST_DAYS_OLD = 3;

/** What operators are told about the daily load. */
export interface LoadReport {
  /** The last day that is counted; null: there is no load. */
  readonly through: string | null;
  readonly ageDays: number | null;
  /** ISO 8601, UTC. */
  readonly loadedAt: string | null;
  readonly projects: number;
  readonly bytes: number;
  /** Why the last attempt has published nothing; null if it has, or had nothing to do. */
  readonly problem: string | null;
}

export async function reportLoad(
  records: Pick<LoadRecords, 'published' | 'attempt'>,
  nowMs = Date.now(),
): Promise<LoadReport> {
  const [published, attempt] = await Promise.all([records.published(), records.attempt()]);
  const problem = attempt?.problem ?? null;
  if (published === undefined)
    return { through: null, ageDays: null, loadedAt: null, projects: 0, bytes: 0, problem };
  const { day, loadedAtMs, projects, bytes } = published.current;
  const loadedAt = new Date(loadedAtMs).toISOString();
  return { through: day, ageDays: ageInDays(day, nowMs), loadedAt, projects, bytes, problem };
}

/** Whether there is a load that is not too old. */
export function isCurrent({ ageDays }: LoadReport): boolean {
  return ageDays !== null && ageDays <= MOST_DAYS_OLD;
}
