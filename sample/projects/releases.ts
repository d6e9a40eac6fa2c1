import { eq, explain, valid } from '@renovatebot/pep440';
import type { SampleProject, SampleRelease } from './project.ts';

/** The project's releases, each with the facts that it shares with the others; the oldest first. */
export function releasesOf(project: SampleProject): SampleRelease[] {
  const { summary, license, licenseExpression, classifiers, requiresPython, files } = project;
  const shared = { summary, license, licenseExpression, classifiers, requiresPython, files };
  const given = Object.fromEntries(Object.entries(shared).filter(([, fact]) => fact !== undefined));
  return project.releases.map((release) => ({
    ...given,
    ...(typeof release === 'string' ? { version: release } : release),
  }));
}

/**
 * The release that PyPI shows: one that was not yanked before one that was, a final one before a pre-release, one that
 * is not a version by PEP 440 last, and among equals the newest (warehouse orders its JSON API so).
 */
export function latestRelease(releases: readonly SampleRelease[]): SampleRelease {
  return releases.reduce((best, release) => (rank(release) <= rank(best) ? release : best));
}

function rank({ version, yanked }: SampleRelease): number {
  const maturity = explain(version)?.is_prerelease;
  return (yanked === undefined ? 0 : 3) + (maturity === undefined ? 2 : Number(maturity));
}

/** The release of that version: spelt exactly so, or equal by PEP 440 (`1.0` finds `1.0.0`). */
export function findRelease(
  releases: readonly SampleRelease[],
  version: string,
): SampleRelease | undefined {
  const isEqual = (other: string) =>
    valid(other) !== null && valid(version) !== null && eq(other, version);
  return (
    releases.find((release) => release.version === version) ??
    releases.find((release) => isEqual(release.version))
  );
}

/** The version with its last number one higher: `2.0rc1` becomes `2.0rc2`. */
export function nextVersion(version: string): string {
  const next = version.replace(/(?<!\d)\d+(?=\D*$)/, (number) => String(BigInt(number) + 1n));
  return next === version ? `${version}.1` : next;
}

/** The project with that release yanked for the reason given, or no longer yanked where there is none. */
export function withYanked(
  project: SampleProject,
  version: string,
  reason: string | undefined,
): SampleProject {
  const releases = project.releases.map((given) => {
    const release: SampleRelease = typeof given === 'string' ? { version: given } : given;
    const { yanked: _, ...rest } = release;
    if (release.version !== version) return given;
    return { ...rest, ...(reason !== undefined && { yanked: reason }) };
  });
  return { ...project, releases };
}
