import {
  normalize,
  type ProjectStatus,
  type SampleProject,
  type SampleRelease,
} from '../projects/project.ts';
import { withRelease, withYanked } from '../projects/releases.ts';
import { changesBetween, newestRelease, projectChange } from './changes.ts';
import type { Journal } from './journal.ts';
import { indexProject, type IndexEntry } from './pages.ts';

const FIRST_SERIAL = 30_000_000;
const SERIALS_APART = 17;
const FIRST_CHANGE_MS = Date.UTC(2020, 0, 1, 12);
const CHANGES_APART_MS = 60_000;

/** The release that a change concerns, and the serial of the change's last row in the journal. */
export interface Changed {
  readonly version: string;
  readonly serial: number;
}

export interface ProjectIndex {
  /** Finds a project by its normalized name. */
  readonly find: (name: string) => IndexEntry | undefined;
  /** Adds or replaces the project. */
  readonly update: (project: SampleProject) => IndexEntry;
  /**
   * Publishes a release, by default the version after the newest one. Throws if the project does not exist, or is a
   * recorded entry, which cannot change.
   */
  readonly publish: (name: string, release?: string | SampleRelease) => Changed;
  /** Yanks a release (PEP 592). Throws as `publish` does, and if the release does not exist. */
  readonly yank: (name: string, version: string) => Changed;
  /** Reverts a yank. Throws as `yank` does. */
  readonly unyank: (name: string, version: string) => Changed;
  /** Removes the project, as its owner or PyPI's moderators may. Throws as `publish` does. */
  readonly remove: (name: string) => void;
  /** Puts the project into quarantine, where the JSON API's pages are a 404, or releases it. Throws as `publish` does. */
  readonly quarantine: (name: string, on: boolean) => void;
  /** Sets another status, which neither the journal nor the serial tells. Throws as `publish` does. */
  readonly setStatus: (name: string, status: Exclude<ProjectStatus, 'quarantined'>) => void;
}

/** Returns the index of these projects. Each change gets the next serials, and is written to the journal. */
export function createProjectIndex(
  projects: readonly (SampleProject | IndexEntry)[],
  journal: Journal,
): ProjectIndex {
  const entries = new Map<string, IndexEntry>();

  const put = (entry: IndexEntry): IndexEntry => {
    entries.set(entry.name, entry);
    return entry;
  };
  const update = (project: SampleProject): IndexEntry => {
    const before = entries.get(normalize(project.name))?.project;
    return put(indexProject(project, journal.write(changesBetween(before, project))));
  };
  const projectNamed = (name: string): SampleProject => {
    const { project } = entries.get(normalize(name)) ?? {};
    if (!project) throw new Error(`${name} cannot change: it does not exist, or is a recording`);
    return project;
  };
  const edit = ({ project, version }: ReturnType<typeof withRelease>): Changed => {
    const { serial } = update(project);
    return { version, serial };
  };

  for (const [position, project] of projects.entries()) put(firstEntry(project, position, journal));

  return {
    find: (name) => entries.get(name),
    update,
    publish: (name, release) => edit(withRelease(projectNamed(name), release)),
    yank: (name, version) => edit(withYanked(projectNamed(name), version, 'not as it should be')),
    unyank: (name, version) => edit(withYanked(projectNamed(name), version, null)),
    remove(name) {
      journal.write([projectChange(projectNamed(name).name, 'remove project')]);
      entries.delete(normalize(name));
    },
    quarantine(name, on) {
      const project = projectNamed(name);
      const action = on ? 'project quarantined' : 'project quarantine cleared';
      const serial = journal.write([projectChange(project.name, action)]);
      put(indexProject({ ...project, status: on ? 'quarantined' : 'active' }, serial));
    },
    setStatus(name, status) {
      const project = projectNamed(name);
      const { serial = 0 } = entries.get(normalize(name)) ?? {};
      put(indexProject({ ...project, status }, serial));
    },
  };
}

/** Returns the entry of a project that exists from the beginning. */
function firstEntry(
  project: SampleProject | IndexEntry,
  position: number,
  journal: Journal,
): IndexEntry {
  if ('releasePage' in project) {
    journal.write([], { lastSerial: project.serial });
    return project;
  }
  const lastSerial = FIRST_SERIAL + position * SERIALS_APART;
  const atMs = FIRST_CHANGE_MS + position * CHANGES_APART_MS;
  return indexProject(project, journal.write(newestRelease(project), { lastSerial, atMs }));
}
