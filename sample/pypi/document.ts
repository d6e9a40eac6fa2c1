import { createHash } from 'node:crypto';
import { normalize, type FileKind, type Info, type SampleProject } from '../projects/project.ts';
import { latestRelease, releasesOf, type Release } from '../projects/releases.ts';

export type Document = Readonly<Record<string, unknown>>;

const FIRST_UPLOAD_MS = Date.UTC(2020, 0, 1, 12);
const DAY_MS = 86_400_000;
const FILE_KINDS = {
  wheel: {
    packagetype: 'bdist_wheel',
    python_version: 'py3',
    suffix: '-py3-none-any.whl',
    bytes: 10_000,
  },
  'binary-wheel': {
    packagetype: 'bdist_wheel',
    python_version: 'cp313',
    suffix: '-cp313-cp313-manylinux_2_28_x86_64.whl',
    bytes: 1_234_567,
  },
  sdist: { packagetype: 'sdist', python_version: 'source', suffix: '.tar.gz', bytes: 10_000 },
  egg: { packagetype: 'bdist_egg', python_version: '2.7', suffix: '-py2.7.egg', bytes: 10_000 },
} as const satisfies Record<FileKind, unknown>;

/**
 * Returns the answer to `/pypi/<name>/json`, with the keys of https://docs.pypi.org/api/json/ in PyPI's alphabetical
 * order: the latest release, and the files of all releases.
 */
export function projectDocument(project: SampleProject, serial: number): Document {
  const releases = releasesOf(project);
  const latest = releaseDocument(project, latestRelease(releases), serial);
  const { info, last_serial, ownership, urls, vulnerabilities } = latest;
  // PyPI sorts the keys of its JSON as text: 0.10 stands before 0.9.
  const files = releases
    .map((release) => [release.version, filesOf(project, release)] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return {
    info,
    last_serial,
    ownership,
    releases: Object.fromEntries(files),
    urls,
    vulnerabilities,
  };
}

/** Returns the answer to `/pypi/<name>/<release>/json`: that release, without `releases`. */
export function releaseDocument(
  project: SampleProject,
  release: Release,
  serial: number,
): Document {
  const isNull = project.shape === 'nulls';
  return {
    info: infoOf(project, release),
    last_serial: serial,
    ownership: isNull ? null : { organization: null, roles: [{ role: 'Owner', user: 'a-sample' }] },
    urls: isNull ? null : filesOf(project, release),
    vulnerabilities: isNull ? null : [],
  };
}

/** Returns `info`: the defaults of the sample index, with what the project states in their place. */
export function infoOf(
  { name, shape }: SampleProject,
  { info: stated, version, yanked }: Release,
): Info {
  const page = `https://pypi.org/project/${name}/`;
  const info = {
    author: null,
    author_email: 'A Sample Author <author@sample.invalid>',
    bugtrack_url: null,
    classifiers: [],
    description: `# ${name}\n\nA project of the sample index. It cannot be installed.\n`,
    description_content_type: 'text/markdown',
    docs_url: null,
    download_url: null,
    downloads: { last_day: -1, last_month: -1, last_week: -1 },
    dynamic: null,
    home_page: null,
    keywords: 'sample',
    license: null,
    license_expression: null,
    license_files: stated['license_expression'] === undefined ? null : ['LICENSE'],
    maintainer: null,
    maintainer_email: null,
    name,
    package_url: page,
    platform: null,
    project_url: page,
    project_urls: { Homepage: `https://sample.invalid/${normalize(name)}` },
    provides_extra: null,
    release_url: `${page}${version}/`,
    requires_dist: null,
    requires_python: null,
    summary: 'A project of the sample index',
    version,
    yanked: yanked !== null,
    yanked_reason: yanked,
    ...stated,
  };
  const nulls = Object.fromEntries(Object.keys(info).map((key) => [key, null]));
  return shape === 'nulls' ? { ...nulls, name, version } : info;
}

/** Returns the release's files as far as their kind and name tell: cheap, unlike their digests. */
export function fileNames({ name }: SampleProject, { version, files }: Release) {
  return files.map((kind) => {
    const { suffix, ...rest } = FILE_KINDS[kind];
    return { ...rest, filename: `${normalize(name).replaceAll('-', '_')}-${version}${suffix}` };
  });
}

/** Returns the release's files as the JSON API has them. */
export function filesOf(project: SampleProject, release: Release): unknown[] {
  // Each release is a day younger than the one before.
  const uploadedAtMs = FIRST_UPLOAD_MS + release.age * DAY_MS;
  const uploaded = new Date(uploadedAtMs).toISOString().slice(0, 19);
  return fileNames(project, release).map(({ filename, packagetype, python_version, bytes }) => {
    const [md5, sha256] = [digest('md5', filename), digest('sha256', filename)];
    const isWheel = packagetype === 'bdist_wheel';
    return {
      comment_text: null,
      'core-metadata': isWheel && { sha256: digest('sha256', `${filename}.metadata`) },
      digests: { blake2b_256: digest('blake2b512', filename).slice(0, 64), md5, sha256 },
      downloads: -1,
      filename,
      has_sig: false,
      md5_digest: md5,
      packagetype,
      python_version,
      requires_python: release.info['requires_python'] ?? null,
      size: bytes + filename.length,
      upload_time: uploaded,
      upload_time_iso_8601: `${uploaded}.000000Z`,
      url: `https://files.sample.invalid/packages/${sha256.slice(0, 2)}/${sha256.slice(2)}/${encodeURIComponent(filename)}`,
      yanked: release.yanked !== null,
      yanked_reason: release.yanked,
    };
  });
}

function digest(algorithm: string, text: string): string {
  return createHash(algorithm).update(text).digest('hex');
}
