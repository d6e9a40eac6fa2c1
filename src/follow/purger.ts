import type { Store } from '../../cache/store.ts';
import { type EdgeOptions, purgeEdge } from '../edge/purge.ts';
import { EVERYTHING } from './changes/requested.ts';
import { FOLLOW_KEYS } from './keys.ts';

/** Of the log of purges, and of how far back a node is caught up with: facts are at the edge for a day at the most. */
const LOGGED_MS = 90_000_000;
const MAX_LOGGED = 100_000;
/** A request's header holds so many tags with ease. */
const TAGS_AT_ONCE = 50;
/** What was purged just before a node was last seen well is purged again: clocks differ, and leaders change. */
const MARGIN_MS = 120_000;
/**
 * A fetch that was under way at a purge may store what it asked before it; by then it has ended. So has a process's memory, in case
 * it has not heard that it should doubt it.
 */
export const ECHO_MS = 6_000;
const MAX_ECHOES = 10_000;

/** Up to when each node has taken all purges, by its URL. */
export type NodePositions = Readonly<Record<string, number>>;

/** Purges projects at every node, and sees to it that a node that was away takes what it has missed. */
export interface Purger {
  /** Purges softly now, and once more after `ECHO_MS`; `EVERYTHING` is all of them. Resolves when all nodes have answered or failed. */
  readonly purge: (projects: readonly string[]) => Promise<void>;
  /** Does what is due: echoes, and nodes that are behind. To be called every second or so. */
  readonly tick: () => Promise<void>;
  readonly positions: () => NodePositions;
  /** The URLs of nodes that have not taken all purges. */
  readonly behind: () => string[];
}

export interface PurgerOptions {
  readonly edge: EdgeOptions;
  readonly store: Store;
  /** Where an earlier leader has come to. */
  readonly positions: NodePositions;
  readonly observe: (outcome: 'purged' | 'failed', projects: number) => void;
  readonly clock?: () => number;
}

/** Writes down what is purged, for a node that is away. Lost when the store fails. */
export async function logPurge(
  store: Store,
  projects: readonly string[],
  atMs: number,
): Promise<void> {
  const log = { add: false, maxMembers: MAX_LOGGED, ttlSeconds: LOGGED_MS / 1000 };
  await store.rank(FOLLOW_KEYS.purged, new Map(projects.map((name) => [name, atMs])), log);
}

export function createPurger(options: PurgerOptions): Purger {
  const { edge, store, observe, clock = Date.now } = options;
  const positions = new Map(
    edge.urls.map((url) => [url, options.positions[url] ?? clock() - LOGGED_MS]),
  );
  /**
   * Nodes that have not taken all purges, with how many have failed there. All of them at the start: whoever led before may
   * have died in the middle of a purge.
   */
  const behind = new Map(edge.urls.map((url) => [url, 0]));
  const echoes = new Map<string, number>();

  const send = async (url: string, projects: readonly string[]): Promise<boolean> => {
    const sentAtMs = clock();
    const isDone = await purgeAt({ ...edge, urls: [url] }, projects);
    if (!isDone) {
      behind.set(url, (behind.get(url) ?? 0) + 1);
      // A later purge may have been taken meanwhile.
      positions.set(url, Math.min(positions.get(url) ?? sentAtMs, sentAtMs));
    } else if (!behind.has(url)) positions.set(url, sentAtMs);
    return isDone;
  };

  const catchUp = async (url: string, failures: number): Promise<void> => {
    const askedAtMs = clock();
    const sinceMs = (positions.get(url) ?? 0) - MARGIN_MS;
    const missed = await store.ranked(FOLLOW_KEYS.purged, sinceMs, MAX_LOGGED);
    if (missed === undefined) return;
    // Also where nothing was missed: whether the node answers is what has to be found out.
    const projects = missed.length > 0 ? missed : [''];
    if (!(await purgeAt({ ...edge, urls: [url] }, projects))) return;
    positions.set(url, askedAtMs);
    // A purge that has failed since is yet to be taken.
    if (behind.get(url) === failures) behind.delete(url);
  };

  return {
    async purge(projects) {
      if (projects.length === 0) return;
      const nowMs = clock();
      await logPurge(store, projects, nowMs);
      for (const name of projects) if (echoes.size < MAX_ECHOES) echoes.set(name, nowMs + ECHO_MS);
      await Promise.all(
        edge.urls.map(async (url) => {
          observe((await send(url, projects)) ? 'purged' : 'failed', projects.length);
        }),
      );
    },
    async tick() {
      const nowMs = clock();
      const due = [...echoes].filter(([, dueAtMs]) => dueAtMs <= nowMs).map(([name]) => name);
      for (const name of due) echoes.delete(name);
      if (due.length > 0)
        await Promise.all(edge.urls.filter((url) => !behind.has(url)).map((url) => send(url, due)));
      await Promise.all([...behind].map(([url, failures]) => catchUp(url, failures)));
    },
    positions: () => Object.fromEntries(positions),
    behind: () => [...behind.keys()],
  };
}

/** Whether the node has taken all of them. */
async function purgeAt(node: EdgeOptions, projects: readonly string[]): Promise<boolean> {
  for (let from = 0; from < projects.length; from += TAGS_AT_ONCE) {
    const tags = projects.slice(from, from + TAGS_AT_ONCE).map(tagOf);
    const [outcome] = await purgeEdge(node, { tags });
    if (outcome?.failure !== undefined) return false;
  }
  return true;
}

function tagOf(project: string): string {
  return project === EVERYTHING ? EVERYTHING : `project/${project}`;
}
