import { explain } from '@renovatebot/pep440';
import type { Content, Options, ProjectKind } from '../kind.ts';

/** The version: brightgreen at pypip.in and badge.fury.io, colored by its maturity at shields.io. */
export const version: ProjectKind = {
  id: 'version',
  facts: 'project',
  names: { pypip: ['v', 'version'], shields: ['v'] },
  label: 'pypi',
  title: 'PyPI version',
  about: 'the latest release: `2.32.3`; ` (yanked)` and red when it is yanked',
  example: 'requests',
  parameters: ['text', 'prefix', 'include_prereleases'],
  simple: {
    isAsked: (options, release) => options.include_prereleases === true && release === undefined,
    describe({ status, latestPre: release }, options) {
      if (release === null || status === 'quarantined') return undefined;
      return { ...describeVersion(release, options), release };
    },
  },
  describe({ version: release, yanked }, options) {
    const content = describeVersion(release, options);
    return yanked ? { ...content, message: `${content.message} (yanked)`, color: 'red' } : content;
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
  parameters: ['prefix', 'include_prereleases'],
};

function describeVersion(release: string, options: Options): Content {
  const label = options.grammar === 'pypip' ? options.text : undefined;
  return {
    ...(label !== undefined && { label }),
    message: addPrefix(release, options),
    color: chooseColor(release, options),
  };
}

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
