import { z } from 'zod';

/** The families of classifiers that a badge reads; a record is a kilobyte because the others are left out. */
export const CLASSIFIER_FAMILIES = [
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

/** Downloads without mirrors, as pypistats.org counts them: of yesterday, and of the 7 and 30 days that end with it. */
export const downloadFactsSchema = z.object({
  lastDay: z.number(),
  lastWeek: z.number(),
  lastMonth: z.number(),
});
export type DownloadFacts = z.infer<typeof downloadFactsSchema>;
