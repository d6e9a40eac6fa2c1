import { isDeepStrictEqual } from 'node:util';
import { explain, gt, valid } from '@renovatebot/pep440';
import type { Refreshed } from '../../cache/facts.ts';
import type { ProjectFacts } from '../facts.ts';
import type { Sources } from '../sources.ts';
import { projectId } from '../upstream/pypi.ts';
import type { Pending } from '../follow/changes/queue.ts';

/** What a change looks like from here: what was announced, and what was known before. */
export type Announced = Pick<
  Pending,
  'project' | 'release' | 'releases' | 'serial' | 'isRemoval' | 'baseline'
>;

/** What PyPI says now. */
export interface Refetched {
  /** PyPI's page shows the change; false where it is from before it, or PyPI does not answer. */
  readonly isTold: boolean;
  /** What is kept has changed with this answer, or has since the last look. */
  readonly hasMoved: boolean;
  /** The serial known before this answer. */
  readonly baseline: number | undefined;
  readonly facts: ProjectFacts | undefined;
  readonly serial: number | undefined;
  readonly isAbsent: boolean;
}

/**
 * Asks PyPI for a project anew, for all processes, and makes the records of the releases named due. Whether the answer is
 * believed to show the change, its serial decides; without one, the version, or that the serial has moved.
 */
export async function refetch(
  projects: Pick<Sources['projects'], 'refresh' | 'expire'>,
  announced: Announced,
): Promise<Refetched> {
  const { project, releases } = announced;
  const refreshed = await projects.refresh(projectId(project));
  await Promise.all(releases.map((release) => projects.expire(projectId(project, release))));
  const { before, after, isAbsent } = refreshed;
  const baseline = announced.baseline ?? before?.serial;
  return {
    isTold: isTold({ ...announced, baseline }, refreshed),
    hasMoved: isAbsent || hasMoved(refreshed, announced.baseline),
    baseline,
    facts: after?.value,
    serial: after?.serial,
    isAbsent,
  };
}

function isTold(announced: Announced, refreshed: Refreshed<ProjectFacts>): boolean {
  const { serial, release, baseline, isRemoval } = announced;
  const { before, after, isAbsent } = refreshed;
  if (isAbsent) return isRemoval === true;
  if (after === undefined) return false;
  if (serial !== undefined) return (after.serial ?? 0) >= serial;
  if (release !== undefined && after.value.version === release) return true;
  // A release beside the latest one, say 1.9.1 after 2.0, shows in the serial alone.
  if (baseline !== undefined) return (after.serial ?? 0) > baseline;
  if (before !== undefined) return hasMoved(refreshed, undefined);
  // Of a store that fails for a moment nothing is known either.
  return release === undefined || !wouldShow(release, after.value.version);
}

/** Whether PyPI would rather show the one release than the other: the newer, and no pre-release in place of a final one. */
function wouldShow(release: string, shown: string): boolean {
  if (valid(release) === null || valid(shown) === null) return false;
  const isFinal = explain(release)?.is_prerelease !== true;
  return gt(release, shown) && (isFinal || explain(shown)?.is_prerelease === true);
}

/** A reader may have asked since the last look: then what is kept has moved, and this answer is none the newer. */
function hasMoved({ before, after }: Refreshed<ProjectFacts>, baseline = Infinity): boolean {
  return (after?.serial ?? 0) > baseline || !isDeepStrictEqual(before?.value, after?.value);
}
