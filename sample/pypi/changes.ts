import { z } from 'zod';
import type { SampleProject } from '../projects/project.ts';
import { releasesOf, type Release } from '../projects/releases.ts';
import { fileNames, infoOf } from './document.ts';
import type { Change } from './journal.ts';

const newsSchema = z.object({
  summary: z.string().catch(''),
  author_email: z.string().catch(''),
});

/**
 * Returns the rows that PyPI would add to its journal when `after` replaces `before`, never none. A project that did not
 * exist before is created first; a change that is not one of releases or files is reported as one of classifiers.
 */
export function changesBetween(before: SampleProject | undefined, after: SampleProject): Change[] {
  const { name } = after;
  const known = before ? byVersion(before) : new Map<string, Release>();
  const releases = byVersion(after);
  const created = before ? [] : ['create', 'add Owner a-sample'];
  const removed = [...known.keys()].filter((version) => !releases.has(version));
  const changes = [
    ...created.map((action) => projectChange(name, action)),
    ...Array.from(releases.values(), (release) =>
      releaseChanges(after, release, known.get(release.version)),
    ).flat(),
    ...removed.map((version) => ({ name, version, action: 'remove release' })),
  ];
  return changes.length > 0 ? changes : [projectChange(name, 'update classifiers')];
}

/** Returns the publication of the newest release: the only row that a new index has about a project. */
export function newestRelease(project: SampleProject): Change[] {
  return releasesOf(project)
    .slice(-1)
    .map((release) => newRelease(project, release));
}

/** Returns a change that concerns no single release. */
export function projectChange(name: string, action: string): Change {
  return { name, version: null, action };
}

function byVersion(project: SampleProject): Map<string, Release> {
  return new Map(releasesOf(project).map((release) => [release.version, release]));
}

function releaseChanges(project: SampleProject, release: Release, before?: Release): Change[] {
  const { version } = release;
  const isYanked = release.yanked !== null;
  const wasYanked = (before?.yanked ?? null) !== null;
  const added = fileNames(project, {
    ...release,
    files: release.files.filter((kind) => !before?.files.includes(kind)),
  });
  const actions = [
    ...added.map(({ python_version, filename }) => `add ${python_version} file ${filename}`),
    ...(isYanked === wasYanked ? [] : [isYanked ? 'yank release' : 'unyank release']),
  ];
  return [
    ...(before ? [] : [newRelease(project, release)]),
    ...actions.map((action) => ({ name: project.name, version, action })),
  ];
}

function newRelease(project: SampleProject, release: Release): Change {
  const { name } = project;
  const { summary, author_email } = newsSchema.parse(infoOf(project, release));
  const author = /<([^<>]+)>/.exec(author_email)?.[1];
  return { name, version: release.version, action: 'new release', summary, author };
}
