import type { CacheClass } from '../../src/errors.ts';
import { headersOf } from '../../src/http/headers.ts';
import { createDayFacts, type DayFacts } from './facts.ts';
import type { Upstreams } from './upstreams.ts';
import type { ViewedBadge } from '../traffic/views.ts';

/** What the edge is told. */
export interface OriginAnswer {
  readonly untilMs: number;
  /** The release that the badge shows; undefined where it tells of something else. */
  readonly release: number | undefined;
}

/** The API on a simulated clock: real facts, real sources, real headers. */
export interface Origin {
  readonly facts: DayFacts;
  readonly answer: (badge: ViewedBadge) => Promise<OriginAnswer>;
  /** As `answer` has it while all is well, from what was said last. */
  readonly untilMs: (badge: ViewedBadge) => number;
  /** Starts with every fact in its store, since the day is not the first one. */
  readonly knowAll: (badges: readonly ViewedBadge[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

export function createOrigin(options: {
  readonly upstreams: Upstreams;
  readonly isFollowed: boolean;
  /** Whether all download counts are loaded once a day. */
  readonly hasLoad: boolean;
  /** Whether the Simple API is asked for the status of projects. */
  readonly asksSimple: boolean;
  readonly clock: () => number;
}): Origin {
  const { isFollowed, asksSimple, clock } = options;
  const facts = createDayFacts(options);
  /** Of downloads, by project. */
  const dueAtMs = new Map<string, number>();
  const plainMs = edgeMs(isFollowed ? 'followed' : 'facts');

  const untilMs = ({ kind, project }: ViewedBadge): number => {
    if (kind !== 'download') return clock() + plainMs;
    const leftSeconds = Math.floor(((dueAtMs.get(project) ?? 0) - clock()) / 1000);
    return clock() + edgeMs('downloads', leftSeconds);
  };
  const answer = async (badge: ViewedBadge): Promise<OriginAnswer> => {
    const { kind, project } = badge;
    const isDownloads = kind === 'download';
    if (asksSimple && kind === 'status') await facts.simple.get(project);
    const found = isDownloads
      ? await facts.counts.get(project, false)
      : await factsOf(facts, kind).get(project);
    if (isDownloads && found.state === 'fresh') dueAtMs.set(project, found.dueAtMs);
    if (found.state === 'absent' || found.state === 'unavailable')
      return { untilMs: clock() + edgeMs('failing'), release: undefined };
    const isVersion = kind === 'version' && 'version' in found.value;
    return {
      untilMs: found.state === 'fresh' ? untilMs(badge) : clock() + edgeMs('stale'),
      release: isVersion ? Number(found.value.version) : undefined,
    };
  };

  return {
    facts,
    answer,
    untilMs,
    async knowAll(badges) {
      facts.setFree(true);
      for (const badge of badges) await answer(badge);
      facts.setFree(false);
    },
    close: () => facts.close(),
  };
}

function factsOf({ projects, simple }: DayFacts, kind: string) {
  return kind === 'provenance' || kind === 'version?include_prereleases' ? simple : projects;
}

/** What the headers tell the edge, in milliseconds. */
function edgeMs(cacheClass: CacheClass, edgeSeconds?: number): number {
  const headers = headersOf({
    format: 'svg',
    etag: '',
    cacheClass,
    cacheSeconds: 0,
    tags: '',
    verdict: 'ok',
    source: '',
    edgeSeconds,
  });
  return Number(headers['X-Edge-TTL']) * 1000;
}
