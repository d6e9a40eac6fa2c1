import { z } from 'zod';

/**
 * `/pypi/<name>/json` according to https://docs.pypi.org/api/json/ and recorded answers of 2026; without other keys.
 */

const hex = (length: number) => z.string().regex(new RegExp(`^[0-9a-f]{${length}}$`));
const textOrNull = z.string().nullable();

export const fileShape = z.strictObject({
  comment_text: textOrNull,
  'core-metadata': z.union([z.strictObject({ sha256: hex(64) }), z.literal(false)]),
  digests: z.strictObject({ blake2b_256: hex(64), md5: hex(32), sha256: hex(64) }),
  downloads: z.literal(-1),
  filename: z.string(),
  has_sig: z.boolean(),
  md5_digest: hex(32),
  packagetype: z.enum(['bdist_wheel', 'sdist', 'bdist_egg']),
  python_version: z.string(),
  requires_python: textOrNull,
  size: z.number().int().positive(),
  upload_time: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
  upload_time_iso_8601: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
  url: z.url(),
  yanked: z.boolean(),
  yanked_reason: textOrNull,
});

const infoShape = z.strictObject({
  author: textOrNull,
  author_email: textOrNull,
  bugtrack_url: z.null(),
  classifiers: z.array(z.string()),
  description: z.string(),
  description_content_type: textOrNull,
  docs_url: textOrNull,
  download_url: textOrNull,
  downloads: z.strictObject({
    last_day: z.literal(-1),
    last_month: z.literal(-1),
    last_week: z.literal(-1),
  }),
  dynamic: z.array(z.string()).nullable(),
  home_page: textOrNull,
  keywords: textOrNull,
  license: textOrNull,
  license_expression: textOrNull,
  license_files: z.array(z.string()).nullable(),
  maintainer: textOrNull,
  maintainer_email: textOrNull,
  name: z.string(),
  package_url: z.url(),
  platform: textOrNull,
  project_url: z.url(),
  project_urls: z.record(z.string(), z.string()).nullable(),
  provides_extra: z.array(z.string()).nullable(),
  release_url: z.url(),
  requires_dist: z.array(z.string()).nullable(),
  requires_python: textOrNull,
  summary: textOrNull,
  version: z.string(),
  yanked: z.boolean(),
  yanked_reason: textOrNull,
});

/** `/pypi/<name>/<release>/json`. */
export const releaseShape = z.strictObject({
  info: infoShape,
  last_serial: z.number().int().positive(),
  ownership: z.strictObject({
    organization: textOrNull,
    roles: z.array(z.strictObject({ role: z.enum(['Owner', 'Maintainer']), user: z.string() })),
  }),
  urls: z.array(fileShape),
  vulnerabilities: z.array(z.unknown()),
});

export const projectShape = releaseShape.extend({
  releases: z.record(z.string(), z.array(fileShape)),
});

/** `/api/packages/<name>/recent`. */
export const recentShape = z.strictObject({
  data: z.strictObject({ last_day: z.number(), last_month: z.number(), last_week: z.number() }),
  package: z.string(),
  type: z.literal('recent_downloads'),
});
