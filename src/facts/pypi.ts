import { z } from 'zod';
import type { FactsSource, Known, Loaded } from '../../cache/facts/contract.ts';
import { type Budget, ONLY_SPARE } from './budget.ts';
import { projectFactsSchema, pypiProjectSchema, type ProjectFacts } from './schema.ts';
import type { UpstreamClient } from '../upstream/client.ts';
import { UpstreamError } from '../upstream/errors.ts';

/** Deprecated, and dozens of megabytes for some projects. */
const UNUSED_MEMBER = 'releases';

const serialSchema = z.object({ last_serial: z.number().int().optional().catch(undefined) });

/** Returns the id of the facts of a project's latest release, or of the given one. */
export function projectId(name: string, release?: string): string {
  return release === undefined ? name : `${name}:${release}`;
}

export interface PypiOptions {
  /** Part of the keys of its records: `pypi`, or the name of another index. */
  readonly name: string;
  readonly client: UpstreamClient;
  readonly budget: Budget;
  /** A record is fresh for so long. */
  readonly freshSeconds: number;
}

/**
 * Creates the source of facts of PyPI, or of another index with its JSON API. Known records are refreshed first; unknown names get the spare part of the budget,
 * because a client can invent any number of them.
 */
export function createPypiSource({
  name,
  client,
  budget,
  freshSeconds,
}: PypiOptions): FactsSource<ProjectFacts> {
  return {
    name,
    schema: projectFactsSchema,
    freshUntilMs: (fetchedAtMs) => fetchedAtMs + freshSeconds * 1000,
    async load(id, previous, signal) {
      await budget.take(previous?.fetchedAtMs ?? ONLY_SPARE, signal);
      return load(client, id, previous, signal);
    },
  };
}

async function load(
  client: UpstreamClient,
  id: string,
  previous: Known<ProjectFacts> | undefined,
  signal: AbortSignal,
): Promise<Loaded<ProjectFacts>> {
  const answer = await client.get({
    path: pathOf(id),
    etag: previous?.validator,
    leaveOut: UNUSED_MEMBER,
    signal,
  });
  if (answer.status === 304) return { state: 'unchanged' };
  if (answer.status === 404) return { state: 'absent' };
  const { value, last_serial: lastSerial } = parseAnswer(answer.body);
  const serial = serialOf(answer.header('x-pypi-last-serial')) ?? lastSerial;
  return { state: 'known', value, validator: answer.etag, serial };
}

function pathOf(id: string): string {
  const [name = '', release] = id.split(':');
  return release === undefined
    ? `/pypi/${name}/json`
    : `/pypi/${name}/${encodeURIComponent(release)}/json`;
}

function parseAnswer(body: string) {
  try {
    const answer: unknown = JSON.parse(body);
    return { ...serialSchema.parse(answer), value: pypiProjectSchema.parse(answer) };
  } catch (error) {
    throw new UpstreamError('unparsable', 'sent no valid project', error);
  }
}

function serialOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}
