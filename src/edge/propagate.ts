import { setTimeout as sleep } from 'node:timers/promises';
import type { Found } from '../../cache/facts.ts';
import { type EdgeOptions, type NodeOutcome, purgeEdge } from './purge.ts';
import type { OpenedSources } from '../sources.ts';
import { projectId } from '../upstream/pypi.ts';
import { RETRIES_MS } from '../follow/changes/queue.ts';
import { ECHO_MS, logPurge } from '../follow/purger.ts';
import { refetch } from './refetch.ts';

export interface PublishOptions extends Pick<OpenedSources, 'sources' | 'store' | 'messages'> {
  readonly edge: EdgeOptions;
  /** How long to wait before each further look. */
  readonly retriesMs?: readonly number[];
}

/** What became of a purge at every node. */
export type Purged = readonly NodeOutcome[];

/** One look at PyPI for a project, and what came of it. */
export interface Look {
  readonly state: 'known' | 'absent' | 'unanswered';
  readonly version: string | undefined;
  readonly serial: number | undefined;
  /** PyPI's answer is newer than what was known before the first look. */
  readonly hasChanged: boolean;
  /** The project's badges are being purged; undefined: there is no need. Never rejects. */
  readonly purge: Promise<Purged> | undefined;
  /** There will be another look, if there is time for one. */
  readonly goesOn: boolean;
}

/**
 * Asks PyPI for a project anew and purges its badges, until PyPI's answer has moved beyond what was known, for at most
 * 40 s. Where nothing has changed there is nothing to wait for, but that only shows in the end. Ends early when the signal
 * aborts.
 */
export async function* publish(
  options: PublishOptions,
  project: string,
  signal?: AbortSignal,
): AsyncGenerator<Look, void, undefined> {
  const echoes: Promise<unknown>[] = [];
  let baseline: number | undefined;
  let isPurged = false;
  for (const waitMs of [0, ...(options.retriesMs ?? RETRIES_MS)]) {
    if (!(await rest(waitMs, signal))) return;
    const { look, known } = await lookOnce(options, project, { baseline, isPurged });
    yield look;
    if (look.purge !== undefined) {
      await look.purge;
      echoes.push(echo(options, project, signal));
    }
    if (!look.goesOn) break;
    baseline = known;
    isPurged ||= look.purge !== undefined;
  }
  await Promise.all(echoes);
}

async function lookOnce(
  options: PublishOptions,
  project: string,
  { baseline, isPurged }: { baseline: number | undefined; isPurged: boolean },
): Promise<{ look: Look; known: number | undefined }> {
  const { projects } = options.sources;
  const told = await refetch(projects, { project, releases: [], baseline });
  const state = told.isTold ? 'known' : stateOf(await projects.get(projectId(project)));
  const hasMoved = told.isTold || told.hasMoved;
  // Once also what has not moved: a copy at the edge may be older than what is known here.
  const isDue = hasMoved || (state === 'known' && !isPurged);
  // Of a name that nobody has there is nothing to purge.
  const isNews = state === 'absent' ? told.baseline !== undefined : isDue;
  const look: Look = {
    state,
    version: told.facts?.version,
    serial: told.serial,
    hasChanged: told.isTold,
    purge: isNews ? purge(options, project) : undefined,
    goesOn: state !== 'absent' && !told.isTold,
  };
  return { look, known: told.baseline };
}

/** What is not fresh right after it was asked for: PyPI has not answered, neither us nor another process that asked. */
function stateOf({ state }: Found<unknown>): Look['state'] {
  if (state === 'absent') return state;
  return state === 'fresh' ? 'known' : 'unanswered';
}

async function purge(
  { messages, store, edge }: PublishOptions,
  project: string,
): Promise<readonly NodeOutcome[]> {
  // Until the last process has heard of it, the edge would only get the old badge again.
  await sleep(messages.settleMs);
  await logPurge(store, [project], Date.now());
  return purgeEdge(edge, tagOf(project));
}

/** The second purge: a fetch that was under way at the first may have stored the old badge. */
async function echo(
  { edge }: PublishOptions,
  project: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (await rest(ECHO_MS, signal)) await purgeEdge(edge, tagOf(project));
}

function tagOf(project: string): { tags: readonly string[] } {
  return { tags: [`project/${project}`] };
}

/** False where the signal aborts. */
async function rest(waitMs: number, signal: AbortSignal | undefined): Promise<boolean> {
  return sleep(waitMs, true, { signal }).catch(() => false);
}
