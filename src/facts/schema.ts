import { z } from 'zod';

/** Longest text of a record. */
export const MAX_TEXT = 256;
/** The day of an upload time (ISO 8601). */
const DAY = /^\d{4}-\d{2}-\d{2}(?!\d)/;
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
  /** The day on which its first file was uploaded (UTC), e.g. `2026-11-29`. */
  releasedOn: z.string().nullable().default(null),
  /** The smallest and the largest of its wheels; without wheels, its sdist, or its largest file. */
  smallestBytes: z.number().nullable().default(null),
  largestBytes: z.number().nullable().default(null),
});
export type ProjectFacts = z.infer<typeof projectFactsSchema>;

/** A text from PyPI; empty if it is missing or no text. */
const text = z.string().trim().catch('');

const bytes = z.number().int().nonnegative().nullable().catch(null);

/** A file of `urls`; a field that does not fit is empty. */
const fileSchema = z
  .object({ packagetype: text, size: bytes, upload_time: text, upload_time_iso_8601: text })
  .catch({ packagetype: '', size: null, upload_time: '', upload_time_iso_8601: '' });
type ReleaseFile = z.infer<typeof fileSchema>;

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
    urls: z.array(fileSchema).catch([]),
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
    releasedOn: firstDay(urls),
    ...sizesOf(urls),
  }));

/** A license's name, or the beginning of its text, which a line break marks as such. */
function keptLicense(license: string): string | null {
  if (license.length <= 2 * MAX_TEXT) return license || null;
  const [line = ''] = license.split(/[\n\r]/, 1);
  return `${line.slice(0, MAX_TEXT)}\n…`;
}

function firstDay(files: readonly ReleaseFile[]): string | null {
  const days = files.flatMap(
    (file) => DAY.exec(file.upload_time_iso_8601 || file.upload_time)?.[0] ?? [],
  );
  return days.toSorted()[0] ?? null;
}

function sizesOf(
  files: readonly ReleaseFile[],
): Pick<ProjectFacts, 'smallestBytes' | 'largestBytes'> {
  const sizes = (...types: string[]): number[] =>
    files
      .filter(({ packagetype }) => types.length === 0 || types.includes(packagetype))
      .flatMap(({ size }) => size ?? [])
      .toSorted((one, other) => one - other);
  const wheels = sizes('bdist_wheel', 'wheel');
  const largest = wheels.at(-1) ?? sizes('sdist').at(-1) ?? sizes().at(-1) ?? null;
  return { smallestBytes: wheels[0] ?? largest, largestBytes: largest };
}

function isUsed(classifier: unknown): classifier is string {
  return (
    typeof classifier === 'string' &&
    classifier.length <= MAX_TEXT &&
    CLASSIFIER_FAMILIES.some((family) => classifier.startsWith(family))
  );
}

/** Facts of a project from the Simple API (PEP 691), which the JSON API lacks. */
export const simpleFactsSchema = z.object({
  /** PEP 792; of an unknown word, as of none, `active`. */
  status: z.enum(['active', 'archived', 'deprecated', 'quarantined']).catch('active'),
  /** The highest version by PEP 440 that is not yanked, pre-releases among them; null without any. */
  latestPre: z.string().nullable(),
  /** The latest release, or the one of the record's id; null without any. */
  release: z.string().nullable(),
  /** How many of that release's files have attestations (PEP 740). */
  attested: z.enum(['all', 'some', 'none']),
});
export type SimpleFacts = z.infer<typeof simpleFactsSchema>;

/** Downloads without mirrors, as pypistats.org counts them: yesterday, and the 7 and 30 days up to yesterday. */
export const downloadFactsSchema = z.object({
  lastDay: z.number(),
  lastWeek: z.number(),
  lastMonth: z.number(),
});
export type DownloadFacts = z.infer<typeof downloadFactsSchema>;

/** Downloads, and all of all time with mirrors where a source knows them. */
export interface DownloadCounts extends DownloadFacts {
  readonly total?: number;
}
