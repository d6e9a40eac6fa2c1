import { z } from 'zod';
import type { Found, FactsSource } from '../../cache/facts/contract.ts';
import { downloadFactsSchema, type DownloadFacts, type ProjectFacts } from './schema.ts';
import type { Budget } from './budget.ts';
import type { UpstreamClient } from '../upstream/client.ts';
import { UpstreamError } from '../upstream/errors.ts';

const DAY_MS = 86_400_000;
/** Time of day at which the counts of the day before are loaded; the load starts at 01:00 UTC. */
const LOADED_AT_MS = 2.5 * 3_600_000;
/** Records become due at random within this time after the load. */
const SPREAD_MS = 3_600_000;
/** If a follower refreshes records by popularity, the others become due this much later. */
const FOLLOWED_AFTER_MS = 22 * 3_600_000;

const counted = z.number().nonnegative();

/** The fields of `/api/packages/<name>/recent` (https://pypistats.org/api/). */
const answerSchema = z.object({
  data: z.object({ last_day: counted, last_week: counted, last_month: counted }),
});

export interface PypistatsOptions {
  client: UpstreamClient;
  budget: Budget;
  /** Looks the project up at PyPI first, so that unknown names cost no budget. */
  findProject: (name: string) => Promise<Found<ProjectFacts>>;
  /** Whether a follower refreshes records after the daily load. */
  isFollowed: () => boolean;
  /** From 0 up to 1; `Math.random` by default. */
  random?: () => number;
}

/**
 * Creates the source of download counts: one request covers day, week and month, and is fresh until the next daily
 * load. A project that PyPI has and pypistats.org has not has no downloads; one that PyPI does not have is absent.
 */
export function createPypistatsSource({
  client,
  budget,
  findProject,
  isFollowed,
  random = Math.random,
}: PypistatsOptions): FactsSource<DownloadFacts> {
  return {
    name: 'pypistats',
    schema: downloadFactsSchema,
    freshUntilMs: (fetchedAtMs) =>
      nextDailyLoadMs(fetchedAtMs) + (isFollowed() ? FOLLOWED_AFTER_MS : 0) + random() * SPREAD_MS,
    async load(name, previous, signal) {
      const project = await findProject(name);
      if (project.state === 'absent') return { state: 'absent' };
      await budget.take(previous?.fetchedAtMs ?? 0, signal);
      const answer = await client.get({
        path: `/api/packages/${name}/recent`,
        etag: previous?.validator,
        signal,
      });
      if (answer.status === 304) return { state: 'unchanged' };
      if (answer.status === 200) return { state: 'known', value: parseAnswer(answer.body) };
      if (project.state === 'unavailable')
        throw new UpstreamError('status', 'unknown, and PyPI does not answer');
      return { state: 'known', value: { lastDay: 0, lastWeek: 0, lastMonth: 0 } };
    },
  };
}

/** Returns the next time at which the counts of a new day are available, in milliseconds since 1970. */
export function nextDailyLoadMs(nowMs: number): number {
  return Math.floor((nowMs - LOADED_AT_MS) / DAY_MS + 1) * DAY_MS + LOADED_AT_MS;
}

function parseAnswer(body: string): DownloadFacts {
  try {
    const { data } = answerSchema.parse(JSON.parse(body));
    return { lastDay: data.last_day, lastWeek: data.last_week, lastMonth: data.last_month };
  } catch (error) {
    throw new UpstreamError('unparsable', 'sent no valid counts', error);
  }
}
