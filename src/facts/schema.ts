import { z } from 'zod';

const MAX_TEXT = 256;
const MAX_CLASSIFIERS = 100;
const MAX_PACKAGE_TYPES = 16;

/** The families of classifiers that a badge reads; a record is a kilobyte because the others are left out. */
const CLASSIFIER_FAMILIES = [
  'License ::',
  'Programming Language :: Python',
  'Development Status ::',
  'Framework ::',
  'Typing ::',
];

/**
 * What is kept of a project's release: the fields that badges speak of, about a kilobyte where PyPI sends megabytes.
 * The schema also guards what comes back from the shared store, where other versions of the code read and write: a new
 * field needs a `default`, for records that lack it; they are shown with it until they are refetched, which is at once.
 */
export const projectFactsSchema = z.object({
  /** The release as PyPI spells it, e.g. `2.32.3`. */
  version: z.string(),
  yanked: z.boolean(),
  /** `info.license` trimmed; null where it is empty or too long to be shown. */
  license: z.string().nullable(),
  /** `info.license_expression` (PEP 639). */
  licenseExpression: z.string().nullable(),
  /** Only those of the families, which therefore belong to the shape: with a new one, all records are refetched in full. */
  classifiers: z.array(z.string()).meta({ families: CLASSIFIER_FAMILIES }),
  requiresPython: z.string().nullable(),
  /** The distinct package types of the release's files, e.g. `bdist_wheel`, `sdist`. */
  packageTypes: z.array(z.string()),
});
export type ProjectFacts = z.infer<typeof projectFactsSchema>;

/** A text of PyPI's; empty where it is absent or no text. */
const text = z.string().trim().catch('');

/**
 * The used fields of `/pypi/<name>/json` (https://docs.pypi.org/api/json/), reduced to facts. A field that does not fit is
 * absent; only the version must be there.
 */
export const pypiProjectSchema = z
  .object({
    info: z.object({
      version: z.string().min(1),
      yanked: z.boolean().catch(false),
      license: text,
      license_expression: text,
      classifiers: z.array(z.unknown()).catch([]),
      requires_python: text,
    }),
    urls: z.array(z.object({ packagetype: text }).catch({ packagetype: '' })).catch([]),
  })
  .transform(({ info, urls }): ProjectFacts => ({
    version: info.version.slice(0, MAX_TEXT),
    yanked: info.yanked,
    license: info.license !== '' && info.license.length <= MAX_TEXT ? info.license : null,
    licenseExpression: info.license_expression.slice(0, 2 * MAX_TEXT) || null,
    classifiers: info.classifiers.filter(isUsed).slice(0, MAX_CLASSIFIERS),
    requiresPython: info.requires_python.slice(0, MAX_TEXT) || null,
    packageTypes: [...new Set(urls.map(({ packagetype }) => packagetype.slice(0, 32)))]
      .filter((type) => type !== '')
      .slice(0, MAX_PACKAGE_TYPES),
  }));

function isUsed(classifier: unknown): classifier is string {
  return (
    typeof classifier === 'string' &&
    classifier.length <= MAX_TEXT &&
    CLASSIFIER_FAMILIES.some((family) => classifier.startsWith(family))
  );
}

/** Downloads without mirrors, as pypistats.org counts them: of yesterday, and of the 7 and 30 days that end with it. */
export const downloadFactsSchema = z.object({
  lastDay: z.number(),
  lastWeek: z.number(),
  lastMonth: z.number(),
});
export type DownloadFacts = z.infer<typeof downloadFactsSchema>;
