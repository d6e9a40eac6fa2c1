import type { IndexEntry, Page } from '../../../../sample/pypi/pages.ts';

/** A little less than `UPSTREAM_MAX_BYTES`. */
const BYTES = 31_000_000;
const INFO = { version: '1.2.3', yanked: false, license: 'MIT', requires_python: '>=3.9' };
const FILE = {
  digests: { md5: '0'.repeat(32), sha256: '0'.repeat(64) },
  filename: 'sample-1.2.3.tar.gz',
  packagetype: 'sdist',
  size: 10_000,
  upload_time_iso_8601: '2020-01-01T12:00:00.000000Z',
  url: `https://files.sample.invalid/packages/${'0'.repeat(60)}/sample-1.2.3.tar.gz`,
  yanked: false,
};
const FILES = Math.floor(BYTES / JSON.stringify(FILE).length) - 100;
const HALF = Math.floor(BYTES / 2) - 1_000;

const manyFiles = (): unknown[] => Array.from({ length: FILES }, () => FILE);

/** Documents of PyPI that are as large as may be read of one, by what most of it is. */
export const HUGE_DOCUMENTS: readonly [string, () => string][] = [
  [
    'releases',
    () => JSON.stringify({ info: INFO, releases: { '1.2.3': manyFiles() }, urls: [FILE] }),
  ],
  [
    'description',
    () => JSON.stringify({ info: { ...INFO, description: '\n'.repeat(HALF) }, urls: [FILE] }),
  ],
  ['files', () => JSON.stringify({ info: INFO, releases: {}, urls: manyFiles() })],
  [
    'brackets',
    () => `{"info":${JSON.stringify(INFO)},"x":${'['.repeat(HALF)}${']'.repeat(HALF)},"urls":[]}`,
  ],
];

/** Projects of the stand-in that share a document. */
export function hugeProjects(names: readonly string[], write: () => string): IndexEntry[] {
  const page: Page = {
    headers: { 'content-type': 'application/json', 'x-pypi-last-serial': '1' },
    body: Buffer.from(write()),
  };
  return names.map((name) => ({
    name,
    serial: 1,
    downloads: null,
    page: () => page,
    releasePage: () => undefined,
    simplePage: () => undefined,
  }));
}
