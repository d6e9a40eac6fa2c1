import { z } from 'zod';

const MAX_TEXT = 256;
const MAX_CLASSIFIERS = 100;
const MAX_PACKAGE_TYPES = 16;

/** Classifiers that badges use. The others are dropped, so that a record takes a kilobyte. */
const CLASSIFIER_FAMILIES = [
  'License ::',
  'Programming Language :: Python',
  'Development Status ::',
  'Framework ::',
  'Typing ::',
];

/**
 * Facts of a release: the fields that badges use, about a kilobyte of the megabytes that PyPI sends.
 * The schema also validates records from the shared store, which other versions of the code write: a new field needs a
 * `default`. Records without it are served with the default and refetched at once.
 */
export const projectFactsSchema = z.object({
  /** The version as PyPI spells it, e.g. `2.32.3`. */
  version: z.string(),
  yanked: z.boolean(),
  /** `info.license` trimmed: a name, or the beginning of a license's text; null if it is empty. */
  license: z.string().nullable(),
  /** `info.license_expression` (PEP 639). */
  licenseExpression: z.string().nullable(),
  /** The families are part of the shape, so that a new one makes all records refetch. */
  classifiers: z.array(z.string()).meta({ families: CLASSIFIER_FAMILIES }),
  requiresPython: z.string().nullable(),
  /** The distinct package types of the release's files, e.g. `bdist_wheel`, `sdist`. */
  packageTypes: z.array(z.string()),
});
export type ProjectFacts = z.infer<typeof projectFactsSchema>;

/** A text from PyPI; empty if it is missing or no text. */
const text = z.string().trim().catch('');

/**
 * Reduces `/pypi/<name>/json` (https://docs.pypi.org/api/json/) to facts. Invalid fields count as missing;
 * only the version is required.
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
    license: keptLicense(info.license),
    licenseExpression: info.license_expression.slice(0, 2 * MAX_TEXT) || null,
    classifiers: info.classifiers.filter(isUsed).slice(0, MAX_CLASSIFIERS),
    requiresPython: info.requires_python.slice(0, MAX_TEXT) || null,
    packageTypes: [...new Set(urls.map(({ packagetype }) => packagetype.slice(0, 32)))]
      .filter((type) => type !== '')
      .slice(0, MAX_PACKAGE_TYPES),
  }));

/** A license's name, or the beginning of its text, which a line break marks as such. */
function keptLicense(text: string): string | null {
  if (text.length <= 2 * MAX_TEXT) return text || null;
  const [line = ''] = text.split(/[\n\r]/, 1);
  return `${line.slice(0, MAX_TEXT)}\n…`;
}

function isUsed(classifier: unknown): classifier is string {
  return (
    typeof classifier === 'string' &&
    classifier.length <= MAX_TEXT &&
    CLASSIFIER_FAMILIES.some((family) => classifier.startsWith(family))
  );
}

/** Downloads without mirrors, as pypistats.org counts them: yesterday, and the 7 and 30 days up to yesterday. */
export const downloadFactsSchema = z.object({
  lastDay: z.number(),
  lastWeek: z.number(),
  lastMonth: z.number(),
});
export type DownloadFacts = z.infer<typeof downloadFactsSchema>;
