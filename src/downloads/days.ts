const DAY_MS = 86_400_000;
/** A day with fewer downloads than this share of the days before, or more than that, is not all there. */
const LEAST = 0.5;
const MOST = 2;
const COMPARED_DAYS = 7;
/** Time of day (UTC) from which ClickHouse normally has the day before. */
export const EXPECTED_AT_MS = 3 * 3_600_000;
/** A load takes half an hour, and more where it waits for a day. */
const LOADED_AT_MS = EXPECTED_AT_MS + 2 * 3_600_000;
const SPREAD_MS = 3_600_000;

/** Returns the day of a time (UTC), `days` later, as in `2026-11-29`. */
export function dayOf(timeMs: number, days = 0): string {
  return new Date(timeMs + days * DAY_MS).toISOString().slice(0, 10);
}

/** Returns the day some days after another one, or before it. */
export function shiftDay(day: string, days: number): string {
  return dayOf(Date.parse(day), days);
}

/** Returns how many days lie between a day and the time; 1 for yesterday. */
export function ageInDays(day: string, nowMs: number): number {
  return Math.round((Date.parse(dayOf(nowMs)) - Date.parse(day)) / DAY_MS);
}

/** Whether a count is about as large as another one, on which it should hardly differ. */
export function isPlausible(count: number, usual: number): boolean {
  return count >= usual * LEAST && count <= usual * MOST;
}

/**
 * Returns the last day that is all there: with about as many downloads as the week before it. A day that is still being
 * written, or was written twice, is not. `days`: in order.
 */
export function lastWholeDay(
  days: readonly { readonly day: string; readonly downloads: number }[],
): string | undefined {
  return days.findLast(({ downloads }, i) => {
    const before = days.slice(Math.max(0, i - COMPARED_DAYS), i);
    const usual = before.reduce((sum, each) => sum + each.downloads, 0) / before.length;
    return downloads > 0 && (before.length === 0 || isPlausible(downloads, usual));
  })?.day;
}

/** Returns the time at which the next load is normally there, up to an hour later for some (`spread` from 0 to 1). */
export function nextLoadMs(nowMs: number, spread: number): number {
  const atMs = LOADED_AT_MS + spread * SPREAD_MS;
  return Math.floor((nowMs - atMs) / DAY_MS + 1) * DAY_MS + atMs;
}
