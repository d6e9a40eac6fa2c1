import { changesBetween, newestRelease, spelling, wholeProject } from './changes.ts';
import type { StandInProject } from './changes.ts';
import { indexProject, type IndexEntry } from './pages.ts';
import type { Journal } from './journal.ts';
import { normalize, type SampleProject, type SampleRelease } from '../projects/project.ts';
import { findRelease, nextVersion, releasesOf, withYanked } from '../projects/releases.ts';

const FIRST_SERIAL = 30_000_000;
const SERIALS_APART = 17;
const FIRST_CHANGE_MS = Date.UTC(2020, 0, 1, 12);
const CHANGES_APART_MS = 60_000;
/** Keeps a project that is published again and again from growing for ever. */
const MAX_RELEASES = 10_000;

/** What a change has come to: the release concerned, and the serial of the last row that the journal has of it. */
export interface Changed {
  readonly version: string;
  readonly serial: number;
}

export interface ProjectIndex {
  /** The project of that normalized name; without any pages while it is in quarantine. */
  readonly find: (name: string) => IndexEntry | undefined;
  /** Adds the project or takes its place: a described one with the next serials, a recorded one with its own. */
  readonly update: (project: StandInProject) => IndexEntry;
  /**
   * Publishes a release of a described project, by default the newest one's version plus one; throws for a project
   * that is not known, or is a recording.
   */
  readonly publish: (name: string, release?: string | SampleRelease) => Changed;
  /** Yanks a release (PEP 592). Throws as `publish` does, and for a release that is not there. */
  readonly yank: (name: string, version: string, reason?: string) => Changed;
  /** Takes that back; throws as `yank` does. */
  readonly unyank: (name: string, version: string) => Changed;
  /** Takes the project away, as its owner or PyPI's moderators may. False where there is none. */
  readonly remove: (name: string) => boolean;
  /** Puts the project into quarantine, where its pages are a 404, or releases it. Throws as `publish` does. */
  readonly quarantine: (name: string, on: boolean) => void;
}

/** The projects of the stand-in, with serials that rise with every change as PyPI's do. Each change is in the journal. */
export function createProjectIndex(
  projects: readonly StandInProject[],
  journal: Journal,
): ProjectIndex {
  const entries = new Map<string, IndexEntry>();
  const quarantined = new Set<string>();

  const put = (entry: IndexEntry): IndexEntry => {
    entries.set(entry.name, entry);
    return entry;
  };
  const update = (project: StandInProject): IndexEntry => {
    const before = entries.get(normalize(project.name));
    const changes = changesBetween(before?.project ?? before, project);
    if (!('releasePage' in project)) return put(indexProject(project, journal.write(changes)));
    journal.write(changes, { lastSerial: project.serial });
    return put(project);
  };
  const describedAs = (name: string) => projectOf(entries.get(normalize(name)), name);
  const setYanked = (name: string, asked: string, reason: string | undefined): Changed => {
    const project = describedAs(name);
    const { version } = releaseOf(project, asked);
    return { version, serial: update(withYanked(project, version, reason)).serial };
  };

  for (const [position, project] of projects.entries()) put(begin(project, position, journal));

  return {
    find(name) {
      const entry = entries.get(name);
      return entry && quarantined.has(name) ? withoutPages(entry) : entry;
    },
    update,
    publish(name, release) {
      const project = describedAs(name);
      const published = release ?? nextVersion(releasesOf(project).at(-1)?.version ?? '0');
      const releases = [...project.releases, published].slice(-MAX_RELEASES);
      const { serial } = update({ ...project, releases });
      return { version: typeof published === 'string' ? published : published.version, serial };
    },
    yank: (name, version, reason = 'not as it should be') => setYanked(name, version, reason),
    unyank: (name, version) => setYanked(name, version, undefined),
    remove(name) {
      const entry = entries.get(normalize(name));
      if (!entry) return false;
      journal.write([wholeProject(spelling(entry.project ?? entry), 'remove project')]);
      entries.delete(entry.name);
      quarantined.delete(entry.name);
      return true;
    },
    quarantine(name, on) {
      const project = describedAs(name);
      const action = on ? 'project quarantined' : 'project quarantine cleared';
      const entry = put(indexProject(project, journal.write([wholeProject(project.name, action)])));
      if (on) quarantined.add(entry.name);
      else quarantined.delete(entry.name);
    },
  };
}

/** A project that is there from the beginning. */
function begin(project: StandInProject, position: number, journal: Journal): IndexEntry {
  if ('releasePage' in project) {
    journal.write([], { lastSerial: project.serial });
    return project;
  }
  const lastSerial = FIRST_SERIAL + position * SERIALS_APART;
  const atMs = FIRST_CHANGE_MS + position * CHANGES_APART_MS;
  return indexProject(project, journal.write(newestRelease(project), { lastSerial, atMs }));
}

function projectOf(entry: IndexEntry | undefined, name: string): SampleProject {
  if (!entry?.project) throw new Error(`${name} cannot change: it is not there, or a recording`);
  return entry.project;
}

function releaseOf(project: SampleProject, version: string): SampleRelease {
  const release = findRelease(releasesOf(project), version);
  if (!release) throw new Error(`${project.name} has no release ${version}`);
  return release;
}

function withoutPages(entry: IndexEntry): IndexEntry {
  return { ...entry, page: () => undefined, releasePage: () => undefined };
}
