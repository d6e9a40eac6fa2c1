import { createMemoryCache } from '../../cache/memory.ts';
import type { RankOptions, Store } from '../../cache/store.ts';
import { FOLLOW_KEYS } from './keys.ts';

const FLUSH_MS = 1_000;
const MAX_NOTED = 10_000;
const MAX_PROJECTS = 2_000;
const MAX_URL_LENGTH = 512;
const PROJECTS_A_FLUSH = 200;
/** The same URL is worth telling so often only; URLs are as long as somebody likes, so that they are counted in bytes. */
const NOTED_AGAIN_MS = 300_000;
const NOTED_MAX_BYTES = 4 * 1024 * 1024;

const DAY_SECONDS = 86_400;
export const HELD = { add: false, maxMembers: 200_000, ttlSeconds: 3 * DAY_SECONDS };
const MISSING = { add: false, maxMembers: 20_000, ttlSeconds: DAY_SECONDS };
const DOWNLOADS = { add: true, maxMembers: 20_000, ttlSeconds: 7 * DAY_SECONDS };
const URLS = { add: true, maxMembers: 16, ttlSeconds: 2 * DAY_SECONDS };

/** What is asked for now counts twice what was asked for a week ago: sums of all time would let nobody new in. */
const DOUBLED_MS = 7 * DAY_SECONDS * 1000;
const SINCE_MS = Date.UTC(2026, 0, 1);

/** What a request was about. */
export interface Demanded {
  readonly project: string;
  /** The URL as the edge asks for it. */
  readonly url: string;
  readonly of: 'facts' | 'downloads' | 'missing';
}

/** What readers ask for, told to whoever follows PyPI's releases. */
export interface Demand {
  /** Never throws, and never waits. */
  readonly note: (demanded: Demanded) => void;
  readonly close: () => Promise<void>;
}

/**
 * Collects for a second, then tells the shared store; while that fails, up to ten thousand projects wait. What is too much is left
 * out: it will be asked for again.
 */
export function createDemand(store: Store, clock: () => number = Date.now): Demand {
  const scores = {
    held: new Map<string, number>(),
    missing: new Map<string, number>(),
    downloads: new Map<string, number>(),
  };
  const urls = new Map<string, Map<string, number>>();
  let flushing: Promise<void> | undefined;
  const lately = createMemoryCache<{ readonly atMs: number }>({
    maxBytes: NOTED_MAX_BYTES,
    sizeOf: () => 0,
  });

  const flush = async (): Promise<void> => {
    for (const [name, options] of [
      ['held', HELD],
      ['missing', MISSING],
      ['downloads', DOWNLOADS],
    ] as const) {
      const taken = new Map(scores[name]);
      scores[name].clear();
      for (const [member, score] of await tell(store, name, taken, options))
        if (!scores[name].has(member)) add(scores[name], member, score);
    }
    for (const [project, some] of [...urls].slice(0, PROJECTS_A_FLUSH)) {
      urls.delete(project);
      await store.rank(FOLLOW_KEYS.urlsOf(project), some, URLS);
    }
  };
  // A store that is slow is not asked by two flushes at once.
  const flushAlone = (): void => {
    flushing ??= flush().finally(() => (flushing = undefined));
  };
  const timer = setInterval(flushAlone, FLUSH_MS).unref();

  const noteUrl = (project: string, url: string, weight: number): void => {
    if (url.length > MAX_URL_LENGTH) return;
    const sinceMs = clock() - (lately.get(url)?.atMs ?? -Infinity);
    if (Math.abs(sinceMs) < NOTED_AGAIN_MS) return;
    const some = urls.get(project) ?? new Map<string, number>();
    const hasRoom = urls.has(project) || urls.size < MAX_PROJECTS;
    if (!hasRoom || some.size >= URLS.maxMembers) return;
    lately.set(url, { atMs: clock() });
    urls.set(project, some.set(url, weight));
  };

  return {
    note({ project, url, of }) {
      const nowMs = clock();
      const weight = 2 ** ((nowMs - SINCE_MS) / DOUBLED_MS);
      if (of === 'downloads')
        add(scores.downloads, project, (scores.downloads.get(project) ?? 0) + weight);
      if (of === 'facts') noteUrl(project, url, weight);
      add(of === 'missing' ? scores.missing : scores.held, project, nowMs);
    },
    async close() {
      clearInterval(timer);
      await flushing;
      await flush();
    },
  };
}

function add(to: Map<string, number>, member: string, score: number): void {
  if (to.size < MAX_NOTED || to.has(member)) to.set(member, score);
}

/**
 * Tells the store, and gives back what it has not taken: the edge may keep a badge for a day of which the follower has to know.
 * Nothing of what is added up, which would count twice.
 */
async function tell(
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
