import { createHash } from 'node:crypto';
import { latestRelease, releasesOf } from '../projects/releases.ts';
import {
  normalize,
  type FileKind,
  type SampleProject,
  type SampleRelease,
} from '../projects/project.ts';

export type PypiDocument = Readonly<Record<string, unknown>>;

const PACKAGE_TYPES = { wheel: 'bdist_wheel', sdist: 'sdist', egg: 'bdist_egg' } as const;
const PYTHON_VERSIONS = { wheel: 'py3', sdist: 'source', egg: '2.7' } as const;
const SUFFIXES = { wheel: '-py3-none-any.whl', sdist: '.tar.gz', egg: '-py2.7.egg' } as const;
const DEFAULT_FILES: readonly FileKind[] = ['wheel', 'sdist'];
const FIRST_UPLOAD_MS = Date.UTC(2020, 0, 1, 12);
const DAY_MS = 86_400_000;
export const AUTHOR_EMAIL = 'author@sample.invalid';
export const DEFAULT_SUMMARY = 'A project of the sample index';

/**
 * What `/pypi/<name>/json` says of the project, with the keys of https://docs.pypi.org/api/json/ in PyPI's
 * alphabetical order: its latest release, and the files of all releases.
 */
export function projectDocument(project: SampleProject, serial: number): PypiDocument {
  const releases = releasesOf(project);
  const files = releases.map((release, age) => ({
    version: release.version,
    files: filesOf(project, release, age),
  }));
  const document = releaseDocument(project, latestRelease(releases), serial);
  const { info, last_serial, ownership, urls, vulnerabilities } = document;
  return {
    info,
    last_serial,
    ownership,
    releases: Object.fromEntries(
      files.toSorted(byVersionText).map((release) => [release.version, release.files]),
    ),
    urls,
    vulnerabilities,
  };
}

/** PyPI sorts the keys of its JSON as text: 0.10 stands before 0.9. */
function byVersionText(one: { version: string }, other: { version: string }): number {
  return one.version < other.version ? -1 : 1;
}

/** What `/pypi/<name>/<release>/json` says: as the project's, of that release, and without `releases`. */
export function releaseDocument(
  project: SampleProject,
  release: SampleRelease,
  serial: number,
): PypiDocument {
  const age = releasesOf(project).findIndex(({ version }) => version === release.version);
  const isNull = project.shape === 'nulls';
  return {
    info: isNull ? nullInfo(project, release) : infoOf(project, release),
    last_serial: serial,
    ownership: isNull ? null : { organization: null, roles: [{ role: 'Owner', user: 'a-sample' }] },
    urls: isNull ? null : filesOf(project, release, age),
    vulnerabilities: isNull ? null : [],
  };
}

function infoOf({ name }: SampleProject, release: SampleRelease): Record<string, unknown> {
  const page = `https://pypi.org/project/${name}/`;
  return {
    author: null,
    author_email: `A Sample Author <${AUTHOR_EMAIL}>`,
    bugtrack_url: null,
    classifiers: release.classifiers ?? [],
    description: `# ${name}\n\nA project of the sample index. It cannot be installed.\n`,
    description_content_type: 'text/markdown',
    docs_url: null,
    download_url: null,
    downloads: { last_day: -1, last_month: -1, last_week: -1 },
    dynamic: null,
    home_page: null,
    keywords: 'sample',
    license: release.license ?? null,
    license_expression: release.licenseExpression ?? null,
    license_files: release.licenseExpression === undefined ? null : ['LICENSE'],
    maintainer: null,
    maintainer_email: null,
    name,
    package_url: page,
    platform: null,
    project_url: page,
    project_urls: { Homepage: `https://sample.invalid/${normalize(name)}` },
    provides_extra: null,
    release_url: `${page}${release.version}/`,
    requires_dist: null,
    requires_python: release.requiresPython ?? null,
    summary: release.summary ?? DEFAULT_SUMMARY,
    version: release.version,
    yanked: release.yanked !== undefined,
    yanked_reason: release.yanked ?? null,
  };
}

function nullInfo(project: SampleProject, release: SampleRelease): Record<string, unknown> {
  const keys = Object.keys(infoOf(project, release));
  return {
    ...Object.fromEntries(keys.map((key) => [key, null])),
    name: project.name,
    version: release.version,
  };
}

/** The names of the release's files, and what each says that it is for: `py3`, `source`. */
export function filesOfRelease(project: SampleProject, release: SampleRelease) {
  return (release.files ?? DEFAULT_FILES).map((kind) => ({
    filename: nameOfFile(project.name, release, kind),
    pythonVersion: PYTHON_VERSIONS[kind],
  }));
}

function nameOfFile(name: string, { version }: SampleRelease, kind: FileKind): string {
  return `${normalize(name).replaceAll('-', '_')}-${version}${SUFFIXES[kind]}`;
}

/** The release's files; `age` counts the releases before it, a day each. */
function filesOf(project: SampleProject, release: SampleRelease, age: number): unknown[] {
  const kinds = release.files ?? DEFAULT_FILES;
  return kinds.map((kind) => fileOf(project.name, release, kind, age));
}

function fileOf(name: string, release: SampleRelease, kind: FileKind, age: number) {
  const filename = nameOfFile(name, release, kind);
  const sha256 = digest('sha256', filename);
  const uploaded = new Date(FIRST_UPLOAD_MS + age * DAY_MS).toISOString().slice(0, 19);
  return {
    comment_text: null,
    'core-metadata':
      kind === 'wheel' ? { sha256: digest('sha256', `${filename}.metadata`) } : false,
    digests: {
      blake2b_256: digest('blake2b512', filename).slice(0, 64),
      md5: digest('md5', filename),
      sha256,
    },
    downloads: -1,
    filename,
    has_sig: false,
    md5_digest: digest('md5', filename),
    packagetype: PACKAGE_TYPES[kind],
    python_version: PYTHON_VERSIONS[kind],
    requires_python: release.requiresPython ?? null,
    size: 10_000 + filename.length,
    upload_time: uploaded,
    upload_time_iso_8601: `${uploaded}.000000Z`,
    url: `https://files.sample.invalid/packages/${sha256.slice(0, 2)}/${sha256.slice(2)}/${encodeURIComponent(filename)}`,
    yanked: release.yanked !== undefined,
    yanked_reason: release.yanked ?? null,
  };
}

function digest(algorithm: string, text: string): string {
  return createHash(algorithm).update(text).digest('hex');
}
