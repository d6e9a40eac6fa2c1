import { z } from 'zod';
import type { FactsSource } from '../../cache/facts/contract.ts';
import { createIndexSource, type IndexSourceOptions, type Reduced } from './index-source.ts';
import { projectFactsSchema, pypiProjectSchema, type ProjectFacts } from './schema.ts';

/** Deprecated, and dozens of megabytes for some projects. */
const UNUSED_MEMBER = 'releases';

const serialSchema = z.object({ last_serial: z.number().int().optional().catch(undefined) });

/** Returns the id of the facts of a project's latest release, or of the given one. */
export function projectId(name: string, release?: string): string {
  return release === undefined ? name : `${name}:${release}`;
}

/** Creates the source of facts from the JSON API of PyPI, or of another index. */
export function createPypiSource(options: IndexSourceOptions): FactsSource<ProjectFacts> {
  return createIndexSource(options, projectFactsSchema, (id) => ({
    request: { path: pathOf(id), leaveOut: UNUSED_MEMBER },
    reduce,
  }));
}

function pathOf(id: string): string {
  const [name = '', release] = id.split(':');
  return release === undefined
    ? `/pypi/${name}/json`
    : `/pypi/${name}/${encodeURIComponent(release)}/json`;
}

function reduce(body: string): Reduced<ProjectFacts> {
  const answer: unknown = JSON.parse(body);
  const { last_serial: serial } = serialSchema.parse(answer);
  return { value: pypiProjectSchema.parse(answer), serial };
}
