import type { DownloadCounts } from '../../facts/schema.ts';
import type { DownloadKind } from '../kind.ts';
import { formatCount, toCount } from '../numbers.ts';
import type { Period } from '../parameters.ts';

const COUNT_OF = {
  day: (facts: DownloadCounts) => facts.lastDay,
  week: (facts: DownloadCounts) => facts.lastWeek,
  month: (facts: DownloadCounts) => facts.lastMonth,
  total: (facts: DownloadCounts) => facts.total ?? 0,
} as const satisfies Record<Period, (facts: DownloadCounts) => number>;

/** pypip.in's downloads; `?period=` chooses the period. */
export const downloads: DownloadKind = {
  id: 'downloads',
  facts: 'downloads',
  names: { pypip: ['d', 'download'] },
  label: 'downloads',
  about: 'downloads without mirrors: `12.3k/month`',
  example: 'requests',
  parameters: ['period', 'number'],
  describe(facts, { period = 'month', number = 'short' }) {
    const count = formatCount(COUNT_OF[period](facts), number);
    return { message: count + suffixOf(period), color: 'brightgreen' };
  },
  needsTotal: ({ period }) => period === 'total',
};

export const downloadsDaily: DownloadKind = shieldsDownloads('dd', 'day');
export const downloadsWeekly: DownloadKind = shieldsDownloads('dw', 'week');
export const downloadsMonthly: DownloadKind = shieldsDownloads('dm', 'month');

/** All downloads, of which only a daily load from ClickHouse knows. */
export const downloadsTotal: DownloadKind = {
  ...shieldsDownloads('dt', 'total'),
  title: 'all downloads',
  otherPaths: ['/pepy/dt'],
  about: 'all downloads, with mirrors: `12M`',
  needsTotal: () => true,
};

function suffixOf(period: Period): string {
  return period === 'total' ? '' : `/${period}`;
}

function shieldsDownloads(name: string, period: Period): DownloadKind {
  return {
    id: `downloads-${period}`,
    facts: 'downloads',
    names: { shields: [name] },
    label: 'downloads',
    title: `downloads per ${period}`,
    about: `downloads without mirrors in a ${period}: \`12k/${period}\``,
    example: 'requests',
    parameters: ['number'],
    describe(facts, { number = 'si' }) {
      const count = COUNT_OF[period](facts);
      const message = formatCount(count, number) + suffixOf(period);
      return { message, color: colorBySize(toCount(count)) };
    },
  };
}

/** shields.io's `downloadCount` colors. */
function colorBySize(count: number): string {
  if (count === 0) return 'red';
  if (count < 10) return 'yellow';
  if (count < 100) return 'yellowgreen';
  return count < 1000 ? 'green' : 'brightgreen';
}
