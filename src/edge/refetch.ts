import { isDeepStrictEqual } from 'node:util';
import { explain, gt, valid } from '@renovatebot/pep440';
import type { Refreshed } from '../../cache/facts/contract.ts';
import type { ProjectFacts } from '../facts/schema.ts';
import type { Sources } from '../facts/sources.ts';
import { projectId } from '../facts/pypi.ts';

/**
 * Waits before the second and further fetches of a changed project. PyPI purges its CDN softly: the first responses after
 * a change may predate it.
 */
export const RETRIES_MS: readonly number[] = [2_000, 5_000, 10_000, 20_000];

/** A change that PyPI's page of the project should show. */
export interface ExpectedChange {
  readonly project: string;
  readonly release?: string | undefined;
  /** Releases whose own records are due with the project's. */
  readonly releases: readonly string[];
  readonly serial?: number | undefined;
  readonly isRemoval?: boolean | undefined;
  /** The serial that was known before the change. */
  readonly baseline?: number | undefined;
  /** It is confirmed already: this fetch looks for files added later. */
  readonly isTold?: boolean;
}

export interface Refetched {
  /** PyPI's page shows the change; false where it predates the change, or PyPI does not answer. */
  readonly isConfirmed: boolean;
  /** The facts have changed with this fetch, or since the previous one. */
  readonly hasNewFacts: boolean;
  /** The serial that was known before the change. */
  readonly baseline: number | undefined;
  readonly facts: ProjectFacts | undefined;
  readonly serial: number | undefined;
  readonly isAbsent: boolean;
  /** The store has the facts, for other processes. */
  readonly isShared: boolean;
}

/** The facts of both APIs, which change together. */
export interface ChangingFacts {
  readonly projects: Pick<Sources['projects'], 'refresh' | 'expire'>;
  readonly simple: Pick<Sources['simple'], 'refresh' | 'expire'>;
}

/**
 * Fetches a project from PyPI for all processes, and marks the records of `releases` stale. The serial decides whether the
 * page shows the change; without one, the version does, or any newer serial. A kept record of the Simple API is fetched
 * once the page shows the change, and has to show it as well. Never rejects.
 */
export async function refetch(
  { projects, simple }: ChangingFacts,
  expected: ExpectedChange,
): Promise<Refetched> {
  const { project, releases } = expected;
  const refreshed = await projects.refresh(projectId(project));
  const ids = releases.map((release) => projectId(project, release));
  await Promise.all(ids.flatMap((id) => [projects.expire(id), simple.expire(id)]));
  const { before, after, isAbsent, isShared } = refreshed;
  const baseline = expected.baseline ?? before?.serial;
  const isShown = isConfirmed({ ...expected, baseline }, refreshed);
  const isNew = isAbsent || hasNewFacts(refreshed, expected.baseline);
  const isDue = isNew || (isShown && expected.isTold !== true);
  const isOld = isDue && (await isSimpleOld(simple, project, after?.serial ?? expected.serial));
  return {
    isConfirmed: isShown && !isOld,
    hasNewFacts: isNew,
    baseline,
    facts: after?.value,
    serial: after?.serial,
    isAbsent,
    isShared,
  };
}

/**
 * Refreshes the record of the Simple API, if one is kept. Returns whether the answer predates the serial. A failure does
 * not count: the record stays stale, and the edge keeps a badge of stale facts for a minute only.
 */
async function isSimpleOld(
  simple: ChangingFacts['simple'],
  project: string,
  serial: number | undefined,
): Promise<boolean> {
  if (!(await simple.expire(project))) return false;
  const { before, after } = await simple.refresh(project);
  if (after === undefined || after.fetchedAtMs === before?.fetchedAtMs) return false;
  return (after.serial ?? Infinity) < (serial ?? 0);
}

function isConfirmed(expected: ExpectedChange, refreshed: Refreshed<ProjectFacts>): boolean {
  const { serial, release, baseline, isRemoval } = expected;
  const { before, after, isAbsent } = refreshed;
  if (isAbsent) return isRemoval === true;
  if (after === undefined) return false;
  if (serial !== undefined) return (after.serial ?? 0) >= serial;
  if (release !== undefined && after.value.version === release) return true;
  // A release that is not the latest, such as 1.9.1 after 2.0, shows in the serial alone.
  if (baseline !== undefined) return (after.serial ?? 0) > baseline;
  if (before !== undefined) return hasNewFacts(refreshed, undefined);
  // Nothing was known before, or the store failed for a moment.
  return release === undefined || !wouldShow(release, after.value.version);
}

/** Whether PyPI would show `release` rather than `shown`: a newer version, and no pre-release in place of a final one. */
function wouldShow(release: string, shown: string): boolean {
  if (valid(release) === null || valid(shown) === null) return false;
  const isFinal = explain(release)?.is_prerelease !== true;
  return gt(release, shown) && (isFinal || explain(shown)?.is_prerelease === true);
}

/** Also true when a reader's request has refreshed the facts since the previous fetch. */
function hasNewFacts({ before, after }: Refreshed<ProjectFacts>, baseline = Infinity): boolean {
  return (after?.serial ?? 0) > baseline || !isDeepStrictEqual(before?.value, after?.value);
}
