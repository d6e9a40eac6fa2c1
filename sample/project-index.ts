import { indexProject, type IndexEntry } from './index-entry.ts';
import { normalise, type SampleProject, type SampleRelease } from './project.ts';
import { nextVersion, releasesOf } from './releases.ts';

const FIRST_SERIAL = 30_000_000;
const SERIALS_APART = 17;
/** Keeps a project that is published again and again from growing for ever. */
const MAX_RELEASES = 10_000;

/** A project as the sample describes it, or as it was recorded. */
export type StandInProject = SampleProject | IndexEntry;

export interface ProjectIndex {
  /** The project of that normalised name. */
  readonly find: (name: string) => IndexEntry | undefined;
  /** Adds the project or takes its place: a described one with the next serial, a recorded one with its own. */
  readonly update: (project: StandInProject) => IndexEntry;
  /**
   * Publishes a release of a described project, by default the newest one's version plus one; throws for a project
   * that is not known, or is a recording.
   */
  readonly publish: (
    name: string,
    release?: string | SampleRelease,
  ) => { version: string; serial: number };
  /** Takes the project away, as its owner or PyPI's moderators may. */
  readonly remove: (name: string) => void;
}

/** The projects of the stand-in, with serials that rise with every change as PyPI's do. */
export function createProjectIndex(projects: readonly StandInProject[]): ProjectIndex {
  const entries = new Map<string, IndexEntry>();
  let lastSerial = 0;

  const put = (entry: IndexEntry): IndexEntry => {
    lastSerial = Math.max(lastSerial, entry.serial);
    entries.set(entry.name, entry);
    return entry;
  };
  for (const [position, project] of projects.entries()) {
    put(toEntry(project, FIRST_SERIAL + position * SERIALS_APART));
  }

  return {
    find: (name) => entries.get(name),
    update: (project) => put(toEntry(project, lastSerial + 1)),
    publish(name, release) {
      const project = entries.get(normalise(name))?.project;
      if (!project) throw new Error(`${name} cannot publish: it is not there, or a recording`);
      const published = release ?? nextVersion(releasesOf(project).at(-1)?.version ?? '0');
      const releases = [...project.releases, published].slice(-MAX_RELEASES);
      const { serial } = put(indexProject({ ...project, releases }, lastSerial + 1));
      return { version: typeof published === 'string' ? published : published.version, serial };
    },
    remove(name) {
      entries.delete(normalise(name));
    },
  };
}

function toEntry(project: StandInProject, serial: number): IndexEntry {
  return 'releasePage' in project ? project : indexProject(project, serial);
}
