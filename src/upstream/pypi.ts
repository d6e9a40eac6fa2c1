import { z } from 'zod';
import type { FactsSource, Known, Loaded } from '../../cache/facts.ts';
import { CLASSIFIER_FAMILIES, projectFactsSchema, type ProjectFacts } from '../facts.ts';
import type { UpstreamClient } from './client.ts';
import { UpstreamError } from './errors.ts';

const MAX_TEXT = 256;
const MAX_CLASSIFIERS = 100;

const text = z
  .string()
  .nullish()
  .transform((value) => value?.trim() ?? '');

/** Deprecated, and dozens of megabytes long for some projects. */
const UNUSED_MEMBER = 'releases';

/** The fields of `/pypi/<name>/json` that are used (https://docs.pypi.org/api/json/). */
const answerSchema = z.object({
  info: z.object({
    version: z.string().min(1),
    yanked: z.boolean().nullish(),
    license: text,
    license_expression: text,
    classifiers: z.array(z.string().nullable()).nullish(),
    requires_python: text,
  }),
  urls: z.array(z.object({ packagetype: z.string().nullish() })).nullish(),
  last_serial: z.number().int().nullish(),
});
type Answer = z.infer<typeof answerSchema>;

/** Names the facts of a project's latest release, or of the release given. */
export function projectId(name: string, release?: string): string {
  return release === undefined ? name : `${name}:${release}`;
}

/** PyPI as a source of facts: `freshSeconds` after it was fetched, a record is asked for again. */
export function createPypiSource(
  client: UpstreamClient,
  freshSeconds: number,
): FactsSource<ProjectFacts> {
  return {
    name: 'pypi',
    schema: projectFactsSchema,
    freshUntilMs: (fetchedAtMs) => fetchedAtMs + freshSeconds * 1000,
    load: (id, previous, signal) => load(client, id, previous, signal),
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
  const parsed = parseAnswer(answer.body);
  const serial = serialOf(answer.header('x-pypi-last-serial')) ?? parsed.last_serial ?? undefined;
  return {
    state: 'known',
    value: reduce(parsed),
    ...(answer.etag === undefined ? {} : { validator: answer.etag }),
    ...(serial === undefined ? {} : { serial }),
  };
}

function pathOf(id: string): string {
  const [name = '', release] = id.split(':');
  return release === undefined
    ? `/pypi/${name}/json`
    : `/pypi/${name}/${encodeURIComponent(release)}/json`;
}

function parseAnswer(body: string): Answer {
  try {
    return answerSchema.parse(JSON.parse(body));
  } catch (error) {
    throw new UpstreamError('unparsable', 'sent something that is not a project', error);
  }
}

function serialOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

/** About a kilobyte of what may be megabytes. */
function reduce({ info, urls }: Answer): ProjectFacts {
  return {
    version: info.version.slice(0, MAX_TEXT),
    yanked: info.yanked ?? false,
    license: info.license !== '' && info.license.length <= MAX_TEXT ? info.license : null,
    licenseExpression: info.license_expression.slice(0, 2 * MAX_TEXT) || null,
    classifiers: (info.classifiers ?? []).filter(isUsed).slice(0, MAX_CLASSIFIERS),
    requiresPython: info.requires_python.slice(0, MAX_TEXT) || null,
    packageTypes: [
      ...new Set((urls ?? []).flatMap(({ packagetype }) => packagetype?.slice(0, 32) ?? [])),
    ].slice(0, 16),
  };
}

function isUsed(classifier: string | null): classifier is string {
  return (
    classifier !== null &&
    classifier.length <= MAX_TEXT &&
    CLASSIFIER_FAMILIES.some((family) => classifier.startsWith(family))
  );
}
