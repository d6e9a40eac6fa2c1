import type { SampleProject } from '../projects/project.ts';
import { latestRelease, releasesOf, type Release } from '../projects/releases.ts';
import type { Document } from './document.ts';

/**
 * Returns the project's answer from the PyPI of 2016 (pypi.python.org): other keys in no order, `UNKNOWN` for what is not
 * known, and neither `last_serial` nor `yanked`. Mirrors and private indexes still answer so.
 */
export function legacyDocument(project: SampleProject): Document {
  const releases = releasesOf(project);
  const latest = latestRelease(releases);
  return {
    info: infoOf(project, latest),
    releases: Object.fromEntries(
      releases.map((release) => [release.version, filesOf(project, release)]),
    ),
    urls: filesOf(project, latest),
  };
}

function infoOf({ name }: SampleProject, { info, version }: Release): Document {
  return {
    maintainer: null,
    docs_url: null,
    requires_python: null,
    maintainer_email: null,
    cheesecake_code_kwalitee_id: null,
    keywords: null,
    package_url: `http://pypi.python.org/pypi/${name}`,
    author: 'A Sample Author',
    author_email: 'author@sample.invalid',
    download_url: 'UNKNOWN',
    platform: 'UNKNOWN',
    version,
    cheesecake_documentation_id: null,
    _pypi_hidden: false,
    description: 'UNKNOWN',
    release_url: `http://pypi.python.org/pypi/${name}/${version}`,
    downloads: { last_month: 0, last_week: 0, last_day: 0 },
    _pypi_ordering: 1,
    classifiers: [],
    bugtrack_url: null,
    name,
    license: 'UNKNOWN',
    summary: 'UNKNOWN',
    home_page: 'https://sample.invalid/',
    cheesecake_installability_id: null,
    ...info,
  };
}

function filesOf({ name }: SampleProject, { version }: Release): unknown[] {
  const filename = `${name}-${version}.tar.gz`;
  return [
    {
      has_sig: false,
      upload_time: '2014-07-10T05:54:18',
      comment_text: '',
      python_version: 'source',
      url: `https://files.sample.invalid/packages/source/${filename}`,
      md5_digest: '0'.repeat(32),
      downloads: 4398,
      filename,
      packagetype: 'sdist',
      path: `source/${filename}`,
      size: 5432,
    },
  ];
}
