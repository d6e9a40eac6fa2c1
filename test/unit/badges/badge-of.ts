import { findKind } from '../../../src/badges/catalog.ts';
import type { Grammar, Options } from '../../../src/badges/kind.ts';
import {
  type DownloadFacts,
  type ProjectFacts,
  pypiProjectSchema,
  type SimpleFacts,
} from '../../../src/facts/schema.ts';

/** A badge as a tuple. */
export type Badge = readonly [label: string, message: string, color: string];

const BARE_PROJECT = pypiProjectSchema.parse({ info: { version: '1.0' } });

/** Returns the badge of a project with these facts, by the kind's name in a grammar. */
export function badgeOf(
  [grammar, name]: readonly [grammar: Grammar, name: string],
  facts: Partial<ProjectFacts>,
  options: Partial<Options> = {},
): Badge {
  const kind = findKind(grammar, name);
  if (kind?.facts !== 'project') throw new Error(`${name} is not a kind about projects`);
  const content = kind.describe({ ...BARE_PROJECT, ...facts }, { grammar, ...options });
  return [content.label ?? kind.label, content.message, content.color];
}

const BARE_SIMPLE: SimpleFacts = {
  status: 'active',
  latestPre: null,
  release: null,
  attested: 'none',
};

/** Returns the badge of these facts of the Simple API; undefined if the kind leaves it to others, or there is none. */
export function simpleBadgeOf(
  [grammar, name]: readonly [grammar: Grammar, name: string],
  facts: Partial<SimpleFacts>,
  options: Partial<Options> = {},
): Badge | undefined {
  const kind = findKind(grammar, name);
  if (kind?.facts !== 'simple' && (kind?.facts !== 'project' || kind.simple === undefined))
    throw new Error(`${name} is not a kind of the Simple API`);
  const { describe } = kind.facts === 'simple' ? kind : (kind.simple ?? {});
  const content = describe?.({ ...BARE_SIMPLE, ...facts }, { grammar, ...options });
  return content && [content.label ?? kind.label, content.message, content.color];
}

/** Returns the badge of these downloads, by the kind's name in a grammar. */
export function downloadBadgeOf(
  [grammar, name]: readonly [grammar: Grammar, name: string],
  facts: DownloadFacts,
  options: Partial<Options> = {},
): Badge {
  const kind = findKind(grammar, name);
  if (kind?.facts !== 'downloads') throw new Error(`${name} is not a kind about downloads`);
  const content = kind.describe(facts, { grammar, ...options });
  return [content.label ?? kind.label, content.message, content.color];
}
