import { explain } from '@renovatebot/pep440';
import type { Options, ProjectKind } from '../kind.ts';

/** The version: brightgreen at pypip.in and badge.fury.io, colored by its maturity at shields.io. */
export const version: ProjectKind = {
  id: 'version',
  facts: 'project',
  names: { pypip: ['v', 'version'], shields: ['v'] },
  label: 'pypi',
  title: 'PyPI version',
  about: 'the latest release: `2.32.3`; ` (yanked)` and red when it is yanked',
  example: 'requests',
  parameters: ['text', 'prefix'],
  describe(facts, options) {
    const shown = addPrefix(facts.version, options);
    const label = options.grammar === 'pypip' ? options.text : undefined;
    return {
      ...(label !== undefined && { label }),
      message: facts.yanked ? `${shown} (yanked)` : shown,
      color: facts.yanked ? 'red' : chooseColor(facts.version, options),
    };
  },
};

/** badge.fury.io's only badge: the version with another label. */
export const furyVersion: ProjectKind = {
  ...version,
  id: 'fury-version',
  names: { fury: ['version'] },
  label: 'pypi package',
  title: 'PyPI package',
  about: 'the latest release as it is',
  parameters: ['prefix'],
};

function addPrefix(release: string, { grammar, prefix }: Options): string {
  const wanted = prefix ?? (grammar === 'shields' ? 'v' : 'none');
  return wanted === 'v' && /^\d/.test(release) ? `v${release}` : release;
}

function chooseColor(release: string, { grammar }: Options): string {
  if (grammar !== 'shields') return 'brightgreen';
  const parsed = explain(release);
  if (parsed === null) return 'lightgrey';
  return parsed.is_prerelease || parsed.release[0] === 0 ? 'orange' : 'blue';
}
