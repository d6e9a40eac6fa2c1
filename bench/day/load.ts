import { dayOf, EXPECTED_AT_MS } from '../../src/downloads/days.ts';
import type { Loaded } from '../../src/downloads/loaded.ts';
import type { Load } from '../../src/downloads/loads.ts';

/** A load from ClickHouse takes as long. */
const TAKES_MS = 30 * 60_000;

/** The load of each day, when it is there, with every project. */
export function createDayLoad(clock: () => number): Pick<Loaded, 'find' | 'look'> {
  const counts = { lastDay: 1, lastWeek: 7, lastMonth: 30, lastMonthWithMirrors: 60, total: 900 };
  const loadNow = (): Load => {
    const loadedAtMs = Date.parse(dayOf(clock() - EXPECTED_AT_MS - TAKES_MS));
    const day = dayOf(loadedAtMs, -1);
    const sums = {
      dayTotal: 1,
      weekTotal: 7,
      monthTotal: 30,
      projects: 1,
      bytes: 1,
      tookMs: TAKES_MS,
    };
    return { id: day, slot: 'a', day, loadedAtMs, ...sums, bounds: [], buckets: [], history: [] };
  };
  return {
    find: () => Promise.resolve({ state: 'counted', counts, load: loadNow() }),
    look: () => Promise.resolve({ current: loadNow(), previous: null }),
  };
}
