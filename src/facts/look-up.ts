import type { Facts, Found } from '../../cache/facts/contract.ts';
import type { Content, Kind, Options } from '../badges/kind.ts';
import { BadgeError } from '../errors.ts';
import type { PackageIndex } from './package-index.ts';
import { projectId } from './pypi.ts';
import type { DownloadFacts } from './schema.ts';
import type { Sources } from './sources.ts';

/** Which badge of which project; the project's name is normalized (PEP 503). */
export interface Subject {
  readonly kind: Kind;
  readonly project: string;
  readonly release?: string | undefined;
  readonly options: Options;
  readonly index: Pick<PackageIndex, 'projects'>;
}

/** Content of a badge and the origin of its facts. */
export interface Description {
  readonly content: Content;
  readonly verdict: 'ok' | 'stale';
  readonly fetchedAtMs: number;
  readonly dueAtMs: number;
  readonly tier: string;
  /** Upstream of the facts. */
  readonly source: 'pypi' | 'pypistats';
  readonly release?: string;
}

/** Sources of the facts of a badge. */
export interface BadgeSources {
  readonly downloads: Pick<Facts<DownloadFacts>, 'get'>;
}

/**
 * Returns the index that `?pypiBaseUrl=` names; without it, PyPI. Throws a `BadgeError` for an index that is not served,
 * or whose downloads nobody counts.
 */
export function indexOf(
  sources: Pick<Sources, 'findIndex'>,
  kind: Kind,
  pypiBaseUrl: string | undefined,
): PackageIndex {
  const index = sources.findIndex(pypiBaseUrl);
  if (index === undefined) throw new BadgeError('index-not-served', 'PYPI_INDEXES lacks it');
  if (index.url !== undefined && kind.facts === 'downloads')
    throw new BadgeError('index-not-served', 'its downloads are not counted');
  return index;
}

/**
 * Looks up the facts of a badge and returns its content. `admit` is called before an origin fetch for an unknown id
 * and may throw to refuse it. Rejects with a `BadgeError`: `no-project`, `unavailable`, or what `admit` throws.
 */
export async function describe(
  sources: BadgeSources,
  subject: Subject,
  admit: () => void,
): Promise<Description> {
  const { kind, project, release, options, index } = subject;
  if (kind.facts === 'downloads') {
    const found = known(await sources.downloads.get(project, admit), subject);
    return { ...origin(found), source: 'pypistats', content: kind.describe(found.value, options) };
  }
  const found = known(await index.projects.get(projectId(project, release), admit), subject);
  return {
    ...origin(found),
    source: 'pypi',
    content: kind.describe(found.value, options),
    release: found.value.version,
  };
}

type KnownFound<T> = Extract<Found<T>, { state: 'fresh' | 'stale' }>;

function known<T>(found: Found<T>, { project, release }: Subject): KnownFound<T> {
  if (found.state === 'absent')
    throw new BadgeError('no-project', `${projectId(project, release)} does not exist`);
  if (found.state === 'unavailable') {
    throw new BadgeError('unavailable', `no facts about ${projectId(project, release)}`, {
      cause: found.reason,
    });
  }
  return found;
}

function origin(
  found: KnownFound<unknown>,
): Pick<Description, 'verdict' | 'fetchedAtMs' | 'dueAtMs' | 'tier'> {
  return {
    verdict: found.state === 'fresh' ? 'ok' : 'stale',
    fetchedAtMs: found.fetchedAtMs,
    dueAtMs: found.dueAtMs,
    tier: found.tier,
  };
}
