import { createHash } from 'node:crypto';
import { normalize, type Downloads, type SampleProject } from '../projects/project.ts';
import { findRelease, releasesOf } from '../projects/releases.ts';
import { projectDocument, releaseDocument, type Document } from './document.ts';
import { legacyDocument } from './legacy-document.ts';
import { simpleDocument, simpleHtml } from './simple-document.ts';

/** What PyPI answers for something that exists: a body, and the headers that depend on it. */
export interface Page {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What PyPI and pypistats.org know about a project. */
export interface IndexEntry {
  /** Normalized (PEP 503). */
  readonly name: string;
  /** PyPI's number of the project's last change. */
  readonly serial: number;
  /** `/pypi/<name>/json`; undefined if the project has no release. */
  page(): Page | undefined;
  /** `/pypi/<name>/<release>/json`. */
  releasePage(version: string): Page | undefined;
  /** `/simple/<name>/`, in JSON for those who ask for it. A project in quarantine has this page only. */
  simplePage(isJson: boolean): Page | undefined;
  /** Null if pypistats.org does not know the project. */
  readonly downloads: Downloads | null;
  /** What the entry was made from; undefined for an entry that cannot change, such as a recorded one. */
  readonly project?: SampleProject;
}

/** The headers that PyPI sends with every answer for programs. */
export const CORS_HEADERS = {
  'access-control-allow-headers':
    'Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since',
  'access-control-allow-methods': 'GET',
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'X-PyPI-Last-Serial',
  'access-control-max-age': '86400',
};

/** The JSON of the Simple API (PEP 691). */
export const SIMPLE_TYPE = 'application/vnd.pypi.simple.v1+json';
const HTML_TYPE = 'text/html; charset=UTF-8';

const DEFAULT_DOWNLOADS: Downloads = { day: 410, week: 2_900, month: 12_345 };

/** Returns the project's entry. Its pages, megabytes for some projects, are written on the first request. */
export function indexProject(project: SampleProject, serial: number): IndexEntry {
  const isLegacy = project.shape === 'legacy';
  const { downloads = DEFAULT_DOWNLOADS } = project;
  const write = (document: Document): Page => {
    const body = Buffer.from(JSON.stringify(document));
    return isLegacy ? legacyPage(body, serial) : pageOf(body, serial);
  };
  const isQuarantined = project.status === 'quarantined';
  let page: Page | undefined;
  return {
    name: normalize(project.name),
    serial,
    downloads,
    project,
    page() {
      if (isQuarantined || project.releases?.length === 0) return undefined;
      return (page ??= write(
        isLegacy ? legacyDocument(project) : projectDocument(project, serial),
      ));
    },
    releasePage(version) {
      const release = findRelease(releasesOf(project), version);
      if (isQuarantined || !release) return undefined;
      if (isLegacy) return write(legacyDocument({ ...project, releases: [release] }));
      return write(releaseDocument(project, release, serial));
    },
    simplePage(isJson) {
      if (isLegacy || !isJson) return pageOf(Buffer.from(simpleHtml(project)), serial, HTML_TYPE);
      const body = Buffer.from(JSON.stringify(simpleDocument(project, serial)));
      return pageOf(body, serial, SIMPLE_TYPE);
    },
  };
}

/** Returns the page with the headers of today's PyPI. */
export function pageOf(body: Buffer, serial: number, type = 'application/json'): Page {
  const headers = {
    'content-type': type,
    'cache-control': 'max-age=900, public',
    etag: etagOf(body),
    'x-pypi-last-serial': String(serial),
  };
  return { headers, body };
}

/** Returns PyPI's strong ETag: the body's MD5 in base64 without padding. */
export function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('base64').replaceAll('=', '')}"`;
}

/** The PyPI of 2016 sent no ETag. */
function legacyPage(body: Buffer, serial: number): Page {
  const headers = {
    'content-type': 'application/json; charset="UTF-8"',
    'cache-control': 'max-age=600, public',
    'x-pypi-last-serial': String(serial),
  };
  return { headers, body };
}
