import { createHash } from 'node:crypto';
import { legacyDocument } from './legacy-document.ts';
import { projectDocument, releaseDocument, type PypiDocument } from './document.ts';
import { normalize, type Downloads, type SampleProject } from '../projects/project.ts';
import { findRelease, releasesOf } from '../projects/releases.ts';

/** An answer of PyPI that found something: the headers that belong to its body, and the body. */
export interface Page {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What the two services know of a project. */
export interface IndexEntry {
  /** Normalized (PEP 503). */
  readonly name: string;
  /** PyPI's number of the project's last change. */
  readonly serial: number;
  /** `/pypi/<name>/json`; undefined where only single releases are known, or none. */
  page(): Page | undefined;
  /** `/pypi/<name>/<release>/json`. */
  releasePage(version: string): Page | undefined;
  /** Null where pypistats.org does not know the project. */
  readonly downloads: Downloads | null;
  /** What the entry was made of; undefined for a recorded one. */
  readonly project?: SampleProject;
}

const MODEST_DOWNLOADS: Downloads = { day: 410, week: 2_900, month: 12_345 };

/** The project as both services know it. The pages, megabytes for some projects, are made when they are first asked for. */
export function indexProject(project: SampleProject, serial: number): IndexEntry {
  const isLegacy = project.shape === 'legacy';
  const makePage = () =>
    isLegacy
      ? legacyPage(legacyDocument(project), serial)
      : modernPage(projectDocument(project, serial), serial);
  let page: Page | undefined;
  return {
    name: normalize(project.name),
    serial,
    downloads: project.downloads === undefined ? MODEST_DOWNLOADS : project.downloads,
    project,
    page: () => (project.releases.length === 0 ? undefined : (page ??= makePage())),
    releasePage(version) {
      const release = findRelease(releasesOf(project), version);
      if (!release) return undefined;
      if (isLegacy) return legacyPage(legacyDocument({ ...project, releases: [release] }), serial);
      return modernPage(releaseDocument(project, release, serial), serial);
    },
  };
}

/** PyPI's strong ETag: the body's MD5 in base64 without its padding. */
export function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('base64').replaceAll('=', '')}"`;
}

function modernPage(document: PypiDocument, serial: number): Page {
  const body = Buffer.from(JSON.stringify(document));
  return {
    headers: {
      'content-type': 'application/json',
      'cache-control': 'max-age=900, public',
      etag: etagOf(body),
      'x-pypi-last-serial': String(serial),
    },
    body,
  };
}

/** The PyPI of 2016 sent no ETag. */
function legacyPage(document: PypiDocument, serial: number): Page {
  return {
    headers: {
      'content-type': 'application/json; charset="UTF-8"',
      'cache-control': 'max-age=600, public',
      'x-pypi-last-serial': String(serial),
    },
    body: Buffer.from(JSON.stringify(document)),
  };
}
