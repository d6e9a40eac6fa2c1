import { createMemoryCache } from '../../cache/memory.ts';
import type { RankOptions, Store } from '../../cache/store/contract.ts';
import { FOLLOW_KEYS } from './keys.ts';

const FLUSH_MS = 1_000;
const MAX_MEMBERS = 10_000;
const MAX_PROJECTS = 2_000;
const MAX_URL_LENGTH = 512;
const PROJECTS_A_FLUSH = 200;
/** The same URL counts once in this time. URLs differ in length, so their memory is bounded in bytes. */
const COUNTED_AGAIN_MS = 300_000;
const COUNTED_MAX_BYTES = 4 * 1024 * 1024;

const DAY_SECONDS = 86_400;
export const REQUESTED = { add: false, maxMembers: 200_000, ttlSeconds: 3 * DAY_SECONDS };
const MISSING = { add: false, maxMembers: 20_000, ttlSeconds: DAY_SECONDS };
const DOWNLOADS = { add: true, maxMembers: 20_000, ttlSeconds: 7 * DAY_SECONDS };
const URLS = { add: true, maxMembers: 16, ttlSeconds: 2 * DAY_SECONDS };

/** A request counts twice as much as one of a week before: with plain sums, nothing new would ever become popular. */
const DOUBLED_MS = 7 * DAY_SECONDS * 1000;
const SINCE_MS = Date.UTC(2026, 0, 1);

/** A request that a web process has answered. */
export interface BadgeRequest {
  readonly project: string;
  /** As the edge requests it. */
  readonly url: string;
  /** `missing`: PyPI does not know the project. */
  readonly of: 'facts' | 'downloads' | 'missing';
}

/** Counts what readers request, for the follower. */
export interface Popularity {
  /** Never throws, and never waits. */
  readonly note: (request: BadgeRequest) => void;
  readonly close: () => Promise<void>;
}

/**
 * Writes the counts to the shared store once a second. While the store fails, up to ten thousand projects are kept in
 * memory. Requests beyond the limits are not counted: popular URLs are requested again.
 */
export function createPopularity(store: Store, clock: () => number = Date.now): Popularity {
  const scores = {
    held: new Map<string, number>(),
    missing: new Map<string, number>(),
    downloads: new Map<string, number>(),
  };
  const urls = new Map<string, Map<string, number>>();
  let flushing: Promise<void> | undefined;
  const counted = createMemoryCache<{ readonly atMs: number }>({
    maxBytes: COUNTED_MAX_BYTES,
    sizeOf: () => 0,
  });

  const flush = async (): Promise<void> => {
    for (const [name, options] of [
      ['held', REQUESTED],
      ['missing', MISSING],
      ['downloads', DOWNLOADS],
    ] as const) {
      const taken = new Map(scores[name]);
      scores[name].clear();
      for (const [member, score] of await write(store, name, taken, options))
        if (!scores[name].has(member)) setScore(scores[name], member, score);
    }
    for (const [project, some] of [...urls].slice(0, PROJECTS_A_FLUSH)) {
      urls.delete(project);
      await store.rank(FOLLOW_KEYS.urlsOf(project), some, URLS);
    }
  };
  // One flush at a time, however slow the store is.
  const flushAlone = (): void => {
    flushing ??= flush().finally(() => (flushing = undefined));
  };
  const timer = setInterval(flushAlone, FLUSH_MS).unref();

  const countUrl = (project: string, url: string, weight: number): void => {
    if (url.length > MAX_URL_LENGTH) return;
    const sinceMs = clock() - (counted.get(url)?.atMs ?? -Infinity);
    if (Math.abs(sinceMs) < COUNTED_AGAIN_MS) return;
    const some = urls.get(project) ?? new Map<string, number>();
    const hasRoom = urls.has(project) || urls.size < MAX_PROJECTS;
    if (!hasRoom || some.size >= URLS.maxMembers) return;
    counted.set(url, { atMs: clock() });
    urls.set(project, some.set(url, weight));
  };

  return {
    note({ project, url, of }) {
      const nowMs = clock();
      const weight = 2 ** ((nowMs - SINCE_MS) / DOUBLED_MS);
      if (of === 'downloads')
        setScore(scores.downloads, project, (scores.downloads.get(project) ?? 0) + weight);
      if (of === 'facts') countUrl(project, url, weight);
      setScore(of === 'missing' ? scores.missing : scores.held, project, nowMs);
    },
    async close() {
      clearInterval(timer);
      await flushing;
      await flush();
    },
  };
}

function setScore(scores: Map<string, number>, member: string, score: number): void {
  if (scores.size < MAX_MEMBERS || scores.has(member)) scores.set(member, score);
}

/**
 * Writes scores to the store, and returns those to write again because the store has not taken them: the follower has to
 * know every project that the edge may keep for a day. Sums are never written again, since they could count twice.
 */
async function write(
  store: Store,
  name: 'held' | 'missing' | 'downloads',
  scores: ReadonlyMap<string, number>,
  options: RankOptions,
): Promise<[string, number][]> {
  if (scores.size === 0) return [];
  await store.rank(FOLLOW_KEYS[name], scores, options);
  if (options.add) return [];
  const known = new Set(await store.rankedOf(FOLLOW_KEYS[name], [...scores.keys()]));
  return [...scores].filter(([member]) => !known.has(member));
}
