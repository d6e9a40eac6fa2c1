import type { Facts, Found } from '../../cache/facts/contract.ts';
import type { Content, Kind, Options } from '../badges/kind.ts';
import { BadgeError } from '../errors.ts';
import type { DownloadFacts, ProjectFacts } from './schema.ts';
import { projectId } from './pypi.ts';

/** Which badge of which project; the project's name is normalized (PEP 503). */
export interface Subject {
  readonly kind: Kind;
  readonly project: string;
  readonly release?: string | undefined;
  readonly options: Options;
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
  readonly projects: Pick<Facts<ProjectFacts>, 'get'>;
  readonly downloads: Pick<Facts<DownloadFacts>, 'get'>;
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
  const { kind, project, release, options } = subject;
  if (kind.facts === 'downloads') {
    const found = known(await sources.downloads.get(project, admit), subject);
    return { ...origin(found), source: 'pypistats', content: kind.describe(found.value, options) };
  }
  const found = known(await sources.projects.get(projectId(project, release), admit), subject);
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
