import { explain } from '@renovatebot/pep440';

import type { ProjectKind, Wishes } from './kind.ts';

/** The release: plain and brightgreen at pypip.in and badge.fury.io, coloured by its maturity at shields.io. */
export const version: ProjectKind = {
  id: 'version',
  source: 'pypi',
  pypip: ['v', 'version'],
  shields: ['v'],
  label: 'pypi',
  describe(facts, wishes) {
    const shown = addPrefix(facts.version, wishes);
    const label = wishes.dialect === 'pypip' ? wishes.text : undefined;
    return {
      ...(label !== undefined && { label }),
      message: facts.yanked ? `${shown} (yanked)` : shown,
      color: facts.yanked ? 'red' : chooseColor(facts.version, wishes),
    };
  },
};

/** badge.fury.io's one badge: the version under another label. */
export const furyVersion: ProjectKind = {
  ...version,
  id: 'fury-version',
  pypip: [],
  shields: [],
  label: 'pypi package',
};

function addPrefix(release: string, { dialect, prefix }: Wishes): string {
  const wanted = prefix ?? (dialect === 'shields' ? 'v' : 'none');
  return wanted === 'v' && /^\d/.test(release) ? `v${release}` : release;
}

function chooseColor(release: string, { dialect }: Wishes): string {
  if (dialect !== 'shields') return 'brightgreen';
  const parsed = explain(release);
  if (parsed === null) return 'lightgrey';
  return parsed.is_prerelease || parsed.release[0] === 0 ? 'orange' : 'blue';
}
