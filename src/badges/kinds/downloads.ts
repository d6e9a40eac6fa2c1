import type { DownloadFacts } from '../../facts/schema.ts';
import type { DownloadKind } from '../kind.ts';
import { formatLegacy, formatMetric, toCount } from '../numbers.ts';
import type { Period } from '../parameters.ts';

const COUNT_OF = {
  day: (facts: DownloadFacts) => facts.lastDay,
  week: (facts: DownloadFacts) => facts.lastWeek,
  month: (facts: DownloadFacts) => facts.lastMonth,
} as const satisfies Record<Period, (facts: DownloadFacts) => number>;

/** pypip.in's downloads; `?period=` chooses the period. */
export const downloads: DownloadKind = {
  id: 'downloads',
  facts: 'downloads',
  names: { pypip: ['d', 'download'] },
  label: 'downloads',
  about: 'downloads without mirrors: `12.3k/month`',
  example: 'requests',
  parameters: ['period'],
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
    facts: 'downloads',
    names: { shields: [name] },
    label: 'downloads',
    about: `downloads without mirrors in a ${period}: \`12k/${period}\``,
    example: 'requests',
    describe(facts) {
      const count = COUNT_OF[period](facts);
      return { message: `${formatMetric(count)}/${period}`, color: colorBySize(toCount(count)) };
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
