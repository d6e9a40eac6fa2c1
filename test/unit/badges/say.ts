import { findKind } from '../../../src/badges/catalogue.ts';
import type { Dialect, Wishes } from '../../../src/badges/kind.ts';
import type { DownloadFacts, ProjectFacts } from '../../../src/facts.ts';

/** A badge in short: its label, its message, its colour. */
export type Badge = readonly [label: string, message: string, color: string];

const BARE_PROJECT: ProjectFacts = {
  version: '1.0',
  yanked: false,
  license: null,
  licenseExpression: null,
  classifiers: [],
  requiresPython: null,
  packageTypes: [],
};

/** What the badge `name` of `dialect`'s URLs shows of a project that is bare but for `facts`. */
export function say(
  [dialect, name]: readonly [dialect: Dialect, name: string],
  facts: Partial<ProjectFacts>,
  wishes: Partial<Wishes> = {},
): Badge {
  const kind = findKind(dialect, name);
  if (kind?.source !== 'pypi') throw new Error(`${name} is no kind that speaks of a project`);
  const saying = kind.describe({ ...BARE_PROJECT, ...facts }, { dialect, ...wishes });
  return [saying.label ?? kind.label, saying.message, saying.color];
}

/** What the badge `name` of `dialect`'s URLs shows of these downloads. */
export function sayDownloads(
  [dialect, name]: readonly [dialect: Dialect, name: string],
  facts: DownloadFacts,
  wishes: Partial<Wishes> = {},
): Badge {
  const kind = findKind(dialect, name);
  if (kind?.source !== 'pypistats') throw new Error(`${name} is no kind that speaks of downloads`);
  const saying = kind.describe(facts, { dialect, ...wishes });
  return [saying.label ?? kind.label, saying.message, saying.color];
}
