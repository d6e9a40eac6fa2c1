import { setTimeout as sleep } from 'node:timers/promises';
import type { Found } from '../../cache/facts/contract.ts';
import type { OpenedSources } from '../facts/sources.ts';
import { projectId } from '../facts/pypi.ts';
import type { Edge } from './nodes.ts';
import { logPurge } from './purge-log.ts';
import { type NodeOutcome, purgeEdge, SECOND_PURGE_MS } from './purge.ts';
import { refetch, RETRIES_MS } from './refetch.ts';
import { projectTag } from './tags.ts';

export interface PropagateOptions extends Pick<OpenedSources, 'sources' | 'store' | 'messages'> {
  readonly edge: Edge;
  /** Waits before the second and further attempts. */
  readonly retriesMs?: readonly number[];
}

/** One fetch of a project from PyPI, and its result. */
export interface Attempt {
  readonly state: 'known' | 'absent' | 'unanswered';
  readonly version: string | undefined;
  readonly serial: number | undefined;
  /** PyPI's page is newer than what was known before the first attempt. */
  readonly hasChanged: boolean;
  /** The purge of the project's badges at every node; undefined where none is needed. Never rejects. */
  readonly purge: Promise<readonly NodeOutcome[]> | undefined;
  /** Another attempt follows, unless this was the last. */
  readonly isPending: boolean;
}

/**
 * Propagates a release: fetches the project from PyPI and purges its badges, until PyPI's page is newer than what was
 * known, for at most 40 s. A project without a new release takes all attempts. Ends early when the signal aborts.
 */
export async function* propagate(
  options: PropagateOptions,
  project: string,
  signal?: AbortSignal,
): AsyncGenerator<Attempt, void, undefined> {
  const secondPurges: Promise<unknown>[] = [];
  let baseline: number | undefined;
  let isPurged = false;
  for (const waitMs of [0, ...(options.retriesMs ?? RETRIES_MS)]) {
    if (!(await rest(waitMs, signal))) return;
    const attempted = await attemptOnce(options, project, { baseline, isPurged });
    const { attempt } = attempted;
    yield attempt;
    if (attempt.purge !== undefined) {
      await attempt.purge;
      secondPurges.push(purgeAgain(options, project, signal));
    }
    if (!attempt.isPending) break;
    ({ baseline } = attempted);
    isPurged ||= attempt.purge !== undefined;
  }
  await Promise.all(secondPurges);
}

async function attemptOnce(
  options: PropagateOptions,
  project: string,
  before: { baseline: number | undefined; isPurged: boolean },
): Promise<{ attempt: Attempt; baseline: number | undefined }> {
  const { projects } = options.sources;
  const fetched = await refetch(options.sources, {
    project,
    releases: [],
    baseline: before.baseline,
  });
  const { isConfirmed, baseline, facts, serial } = fetched;
  const state = isConfirmed ? 'known' : stateOf(await projects.get(projectId(project)));
  // The first purge is due even without new facts: the edge may have an older copy than this process.
  const isDue = isConfirmed || fetched.hasNewFacts || (state === 'known' && !before.isPurged);
  // A project that never existed has nothing to purge.
  const hasBadges = state === 'absent' ? baseline !== undefined : isDue;
  const attempt: Attempt = {
    state,
    version: facts?.version,
    serial,
    hasChanged: isConfirmed,
    purge: hasBadges ? purge(options, project) : undefined,
    isPending: state !== 'absent' && !isConfirmed,
  };
  return { attempt, baseline };
}

/** Facts that are not fresh right after a fetch: PyPI answered neither this process nor another that was asking. */
function stateOf({ state }: Found<unknown>): Attempt['state'] {
  if (state === 'absent') return state;
  return state === 'fresh' ? 'known' : 'unanswered';
}

async function purge(
  { messages, store, edge }: PropagateOptions,
  project: string,
): Promise<readonly NodeOutcome[]> {
  // Until every process has heard of the new facts, the edge could fetch the old badge again.
  await sleep(messages.settleMs);
  await logPurge(store, [project], Date.now());
  return purgeEdge(edge, { tags: [projectTag(project)] });
}

async function purgeAgain(
  { edge }: PropagateOptions,
  project: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (await rest(SECOND_PURGE_MS, signal)) await purgeEdge(edge, { tags: [projectTag(project)] });
}

/** False where the signal aborts. */
async function rest(waitMs: number, signal: AbortSignal | undefined): Promise<boolean> {
  return sleep(waitMs, true, { signal }).catch(() => false);
}
