import { z } from 'zod';
import type { FactsSource } from '../../../cache/facts/contract.ts';
import { createIndexSource, type IndexSourceOptions, type Reduced } from '../index-source.ts';
import { createReleaseTally, type ReleaseTally } from './release-tally.ts';
import { type SimpleFacts, simpleFactsSchema } from '../schema.ts';

/** The JSON of the Simple API (PEP 691). */
const ACCEPT = 'application/vnd.pypi.simple.v1+json';
/** One item a file, 1.7 MB for some projects: reduced while they arrive. */
const FILES = 'files';

const absent = undefined;

/** The fields of a project's page, without its files (PEP 691, 700, 792). */
const pageSchema = z.object({
  meta: z
    .object({ '_last-serial': z.number().int().optional().catch(absent) })
    .optional()
    .catch(absent),
  'project-status': z.object({ status: simpleFactsSchema.shape.status }).optional().catch(absent),
  versions: z.array(z.unknown()).optional().catch(absent),
});

/**
 * Creates the source of facts from the Simple API of PyPI, or of another index
 * (https://docs.pypi.org/api/index-api/#get-project). The facts of an id with a release are about that release's files.
 */
export function createSimpleSource(options: IndexSourceOptions): FactsSource<SimpleFacts> {
  return createIndexSource(options, simpleFactsSchema, (id) => {
    const [name = '', release] = id.split(':');
    const tally = createReleaseTally(name);
    return {
      request: {
        path: `/simple/${name}/`,
        accept: ACCEPT,
        leaveOut: FILES,
        onItem: (json) => tally.add(json),
      },
      reduce: (body) => reduce(body, tally, release),
    };
  });
}

function reduce(
  body: string,
  tally: ReleaseTally,
  release: string | undefined,
): Reduced<SimpleFacts> {
  const page = pageSchema.parse(JSON.parse(body));
  if (page.versions === undefined && tally.isEmpty())
    throw new Error('neither files nor versions: not a page of the Simple API');
  const serial = page.meta?.['_last-serial'];
  const status = page['project-status']?.status ?? 'active';
  const versions = page.versions?.filter((version) => typeof version === 'string');
  const summary = tally.summarize(versions, release);
  // Nothing is known of the releases of a project in quarantine.
  const isAbsent = release !== undefined && summary.release === null && status !== 'quarantined';
  return { value: isAbsent ? undefined : { status, ...summary }, serial };
}
