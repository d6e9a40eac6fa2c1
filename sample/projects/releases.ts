import { eq, explain, valid } from '@renovatebot/pep440';
import type { SampleProject, SampleRelease } from './project.ts';

/** Bounds a project that is published again and again. */
const MAX_RELEASES = 10_000;

/** A release with everything that it shares with its project's other releases. */
export interface Release extends Required<SampleRelease> {
  /** How many of the project's releases came before it. */
  readonly age: number;
}

/** Returns the project's releases, the oldest first. */
export function releasesOf(project: SampleProject): Release[] {
  const { info, files = ['wheel', 'sdist'], attested = [] } = project;
  return statedReleases(project).map((stated, age) => ({
    version: stated.version,
    info: { ...info, ...stated.info },
    files: stated.files ?? files,
    attested: stated.attested ?? attested,
    yanked: stated.yanked ?? null,
    age,
  }));
}

/**
 * Returns the release that PyPI shows. As in warehouse's JSON API, releases that were not yanked come first, then final
 * ones, and versions that break PEP 440 last; the newest of equals wins.
 */
export function latestRelease(releases: readonly Release[]): Release {
  return releases.reduce((best, release) => (rank(release) <= rank(best) ? release : best));
}

function rank({ version, yanked }: Release): number {
  const isPreRelease = explain(version)?.is_prerelease;
  return (yanked === null ? 0 : 3) + (isPreRelease === undefined ? 2 : Number(isPreRelease));
}

/** Returns the release of exactly that version, or of one that is equal by PEP 440 (`1.0` finds `1.0.0`). */
export function findRelease<R extends { readonly version: string }>(
  releases: readonly R[],
  version: string,
): R | undefined {
  const isEqual = (other: string) =>
    valid(other) !== null && valid(version) !== null && eq(other, version);
  return (
    releases.find((release) => release.version === version) ??
    releases.find((release) => isEqual(release.version))
  );
}

/** The project after a change of one release, and that release's version. */
interface Edit {
  readonly project: SampleProject;
  readonly version: string;
}

/** Publishes the release, by default the version after the newest one. */
export function withRelease(project: SampleProject, release?: string | SampleRelease): Edit {
  const stated = statedReleases(project);
  const published = toRelease(release ?? nextVersion(stated.at(-1)?.version ?? '0'));
  const { version } = published;
  const others = stated.filter((each) => each.version !== version);
  return {
    project: { ...project, releases: [...others, published].slice(-MAX_RELEASES) },
    version,
  };
}

/** Yanks the release with that reason, or reverts its yank with null. Throws if the release does not exist. */
export function withYanked(project: SampleProject, asked: string, yanked: string | null): Edit {
  const stated = statedReleases(project);
  const found = findRelease(stated, asked);
  if (!found) throw new Error(`${project.name} has no release ${asked}`);
  const releases = stated.with(stated.indexOf(found), { ...found, yanked });
  return { project: { ...project, releases }, version: found.version };
}

function statedReleases({ releases = ['1.0'] }: SampleProject): SampleRelease[] {
  return releases.map(toRelease);
}

function toRelease(stated: string | SampleRelease): SampleRelease {
  return typeof stated === 'string' ? { version: stated } : stated;
}

/** `2.0rc1` becomes `2.0rc2`. */
function nextVersion(version: string): string {
  const next = version.replace(/(?<!\d)\d+(?=\D*$)/, (number) => String(BigInt(number) + 1n));
  return next === version ? `${version}.1` : next;
}
