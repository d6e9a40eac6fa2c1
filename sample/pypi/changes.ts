import { z } from 'zod';
import type { IndexEntry } from './pages.ts';
import type { Change } from './journal.ts';
import { AUTHOR_EMAIL, DEFAULT_SUMMARY, filesOfRelease } from './document.ts';
import type { SampleProject } from '../projects/project.ts';
import { releasesOf } from '../projects/releases.ts';

/** A project as the sample describes it, or as it was recorded. */
export type StandInProject = SampleProject | IndexEntry;

/** A release as far as the journal and the feed know it. */
interface KnownRelease {
  readonly isYanked: boolean;
  /** Each as the journal names it: `py3 file small-1.0-py3-none-any.whl`. */
  readonly files: readonly string[];
  readonly summary?: string | undefined;
  readonly author?: string | undefined;
}

interface History {
  readonly name: string;
  readonly releases: ReadonlyMap<string, KnownRelease>;
}

const recordedSchema = z.object({
  info: z.object({ name: z.string(), summary: z.string().nullish() }),
  releases: z.record(
    z.string(),
    z.array(
      z.object({
        filename: z.string(),
        python_version: z.string(),
        yanked: z.boolean().optional(),
      }),
    ),
  ),
});

/**
 * What PyPI would write into its journal when the one takes the other's place; a project that was not there before is
 * created first. Never empty: a change of anything else is told as the PyPI of 2016 told it.
 */
export function changesBetween(
  before: StandInProject | undefined,
  after: StandInProject,
): Change[] {
  const { name, releases } = historyOf(after);
  const known = before ? historyOf(before).releases : new Map<string, KnownRelease>();
  const gone = [...known.keys()].filter((version) => !releases.has(version));
  const changes = [
    ...(before ? [] : ['create', 'add Owner a-sample'].map((action) => wholeProject(name, action))),
    ...Array.from(releases, ([version, release]) =>
      changesOf(name, version, release, known.get(version)),
    ).flat(),
    ...gone.map((version) => ({ name, version, action: 'remove release' })),
  ];
  return changes.length > 0 ? changes : [wholeProject(name, 'update classifiers')];
}

/** The publication of a project's newest release, without its files: what a new index tells of the time before. */
export function newestRelease(project: SampleProject): Change[] {
  const { name, releases } = historyOf({ ...project, releases: project.releases.slice(-1) });
  return Array.from(releases, ([version, release]) => newRelease(name, version, release));
}

/** A change that concerns no single release. */
export function wholeProject(name: string, action: string): Change {
  return { name, version: null, action };
}

/** The name as the project's author spells it. */
export function spelling(project: StandInProject): string {
  return 'releasePage' in project ? historyOf(project).name : project.name;
}

function changesOf(
  name: string,
  version: string,
  release: KnownRelease,
  before: KnownRelease | undefined,
): Change[] {
  const { isYanked, files } = release;
  const added = files.filter((file) => !before?.files.includes(file));
  const isSettled = isYanked === (before?.isYanked ?? false);
  const verdict = isYanked ? 'yank release' : 'unyank release';
  return [
    ...(before ? [] : [newRelease(name, version, release)]),
    ...added.map((file) => ({ name, version, action: `add ${file}` })),
    ...(isSettled ? [] : [{ name, version, action: verdict }]),
  ];
}

function newRelease(name: string, version: string, { summary, author }: KnownRelease): Change {
  return { name, version, action: 'new release', summary, author };
}

function historyOf(project: StandInProject): History {
  if ('releasePage' in project) return recordedHistory(project);
  const isNull = project.shape === 'nulls';
  const releases = releasesOf(project).map((release): [string, KnownRelease] => [
    release.version,
    {
      isYanked: release.yanked !== undefined,
      files: filesOfRelease(project, release).map(
        ({ filename, pythonVersion }) => `${pythonVersion} file ${filename}`,
      ),
      ...(isNull ? {} : { summary: release.summary ?? DEFAULT_SUMMARY, author: AUTHOR_EMAIL }),
    },
  ]);
  return { name: project.name, releases: new Map(releases) };
}

/** Of a recording of which only single releases are known, nothing is. */
function recordedHistory(entry: IndexEntry): History {
  const page = entry.page();
  const { data } = recordedSchema.safeParse(page && JSON.parse(String(page.body)));
  const releases = Object.entries(data?.releases ?? {}).map(
    ([version, files]): [string, KnownRelease] => [
      version,
      {
        isYanked: files.length > 0 && files.every(({ yanked }) => yanked === true),
        files: files.map((file) => `${file.python_version} file ${file.filename}`),
        summary: data?.info.summary ?? '',
      },
    ],
  );
  return { name: data?.info.name ?? entry.name, releases: new Map(releases) };
}
