import type { DownloadFacts } from '../facts.ts';
import type { DownloadKind, Period } from './kind.ts';
import { formatLegacy, formatMetric, toCount } from './numbers.ts';

const COUNT_OF = {
  day: (facts: DownloadFacts) => facts.lastDay,
  week: (facts: DownloadFacts) => facts.lastWeek,
  month: (facts: DownloadFacts) => facts.lastMonth,
} as const satisfies Record<Period, (facts: DownloadFacts) => number>;

/** pypip.in's downloads, of the period that `?period=` asks for. */
export const downloads: DownloadKind = {
  id: 'downloads',
  source: 'pypistats',
  pypip: ['d', 'download'],
  shields: [],
  label: 'downloads',
  describe(facts, { period = 'month' }) {
    const count = COUNT_OF[period](facts);
    return { message: `${formatLegacy(count)}/${period}`, color: 'brightgreen' };
  },
};

export const downloadsDaily: DownloadKind = shieldsDownloads('dd', 'day');
export const downloadsWeekly: DownloadKind = shieldsDownloads('dw', 'week');
export const downloadsMonthly: DownloadKind = shieldsDownloads('dm', 'month');

function shieldsDownloads(name: string, period: Period): DownloadKind {
  return {
    id: `downloads-${period}`,
    source: 'pypistats',
    pypip: [],
    shields: [name],
    label: 'downloads',
    describe(facts) {
      const count = COUNT_OF[period](facts);
      return { message: `${formatMetric(count)}/${period}`, color: colorBySize(toCount(count)) };
    },
  };
}

/** shields.io's `downloadCount` colours. */
function colorBySize(count: number): string {
  if (count === 0) return 'red';
  if (count < 10) return 'yellow';
  if (count < 100) return 'yellowgreen';
  return count < 1000 ? 'green' : 'brightgreen';
}
