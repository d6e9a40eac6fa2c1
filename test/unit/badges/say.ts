import { findKind } from '../../../src/badges/catalog.ts';
import type { Grammar, Options } from '../../../src/badges/kind.ts';
import {
  type DownloadFacts,
  type ProjectFacts,
  pypiProjectSchema,
} from '../../../src/facts/schema.ts';

/** A badge in short: its label, its message, its color. */
export type Badge = readonly [label: string, message: string, color: string];

const BARE_PROJECT = pypiProjectSchema.parse({ info: { version: '1.0' } });

/** What the badge `name` of `grammar`'s URLs shows of a project that is bare but for `facts`. */
export function say(
  [grammar, name]: readonly [grammar: Grammar, name: string],
  facts: Partial<ProjectFacts>,
  options: Partial<Options> = {},
): Badge {
  const kind = findKind(grammar, name);
  if (kind?.facts !== 'project') throw new Error(`${name} is no kind that speaks of a project`);
  const content = kind.describe({ ...BARE_PROJECT, ...facts }, { grammar, ...options });
  return [content.label ?? kind.label, content.message, content.color];
}

/** What the badge `name` of `grammar`'s URLs shows of these downloads. */
export function sayDownloads(
  [grammar, name]: readonly [grammar: Grammar, name: string],
  facts: DownloadFacts,
  options: Partial<Options> = {},
): Badge {
  const kind = findKind(grammar, name);
  if (kind?.facts !== 'downloads') throw new Error(`${name} is no kind that speaks of downloads`);
  const content = kind.describe(facts, { grammar, ...options });
  return [content.label ?? kind.label, content.message, content.color];
}
