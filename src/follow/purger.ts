import type { Store } from '../../cache/store/contract.ts';
import { type EdgeOptions, purgeEdge, SECOND_PURGE_MS } from '../edge/purge.ts';
import { logPurge, PURGE_LOG_MS, purgedSince } from '../edge/purge-log.ts';
import { projectTag } from '../edge/tags.ts';

/** So many tags fit into a request's header. */
const TAGS_AT_ONCE = 50;
/** A node that was away also gets the purges of the last minutes before: clocks differ, and leaders change. */
const MARGIN_MS = 120_000;
const MAX_SECOND_PURGES = 10_000;

/** Time up to which each node has taken all purges, by its URL. */
export type NodePositions = Readonly<Record<string, number>>;

/** Purges projects at every node, and repeats for a node that was away what it has missed. */
export interface Purger {
  /**
   * Purges softly now, and once more after `SECOND_PURGE_MS`; the project `EVERYTHING` stands for all. Resolves when each
   * node has answered or failed, with the URLs of those that failed.
   */
  readonly purge: (projects: readonly string[]) => Promise<string[]>;
  /** Sends the second purges that are due, and the missed ones. Call it every second. */
  readonly tick: () => Promise<void>;
  readonly positions: () => NodePositions;
  /** URLs of the nodes that have not taken all purges. */
  readonly behind: () => string[];
}

export interface PurgerOptions {
  readonly edge: EdgeOptions;
  readonly store: Store;
  /** As the previous leader left them. */
  readonly positions: NodePositions;
  readonly observe: (outcome: 'purged' | 'failed', projects: number) => void;
  /** Called when a node begins to fail, with the reason, and when it has taken all that it missed. */
  readonly onNode?: (url: string, failure: string | undefined) => void;
  readonly clock?: () => number;
}

export function createPurger(options: PurgerOptions): Purger {
  const { edge, store, observe, onNode, clock = Date.now } = options;
  const positions = new Map(
    edge.urls.map((url) => [url, options.positions[url] ?? clock() - PURGE_LOG_MS]),
  );
  /**
   * Nodes that have not taken all purges, and how many purges failed there. At the start this is every node: the previous
   * leader may have died during a purge.
   */
  const behind = new Map(edge.urls.map((url) => [url, 0]));
  const secondPurges = new Map<string, number>();

  const send = async (url: string, projects: readonly string[]): Promise<boolean> => {
    const sentAtMs = clock();
    const failure = await purgeAt({ ...edge, urls: [url] }, projects);
    if (failure !== undefined) {
      if ((behind.get(url) ?? 0) === 0) onNode?.(url, failure);
      behind.set(url, (behind.get(url) ?? 0) + 1);
      // The node may have taken a later purge meanwhile.
      positions.set(url, Math.min(positions.get(url) ?? sentAtMs, sentAtMs));
    } else if (!behind.has(url)) positions.set(url, sentAtMs);
    return failure === undefined;
  };

  const catchUp = async (url: string, failures: number): Promise<void> => {
    const startedAtMs = clock();
    const missed = await purgedSince(store, (positions.get(url) ?? 0) - MARGIN_MS);
    if (missed === undefined) return;
    // Without a missed purge, an empty one still tells whether the node answers.
    const projects = missed.length > 0 ? missed : [''];
    if ((await purgeAt({ ...edge, urls: [url] }, projects)) !== undefined) return;
    positions.set(url, startedAtMs);
    // A purge may have failed in the meantime: then the node is still behind.
    if (behind.get(url) !== failures) return;
    behind.delete(url);
    if (failures > 0) onNode?.(url, undefined);
  };

  return {
    async purge(projects) {
      if (projects.length === 0) return [];
      const nowMs = clock();
      await logPurge(store, projects, nowMs);
      for (const name of projects)
        if (secondPurges.size < MAX_SECOND_PURGES) secondPurges.set(name, nowMs + SECOND_PURGE_MS);
      const taken = await Promise.all(edge.urls.map((url) => send(url, projects)));
      for (const isTaken of taken) observe(isTaken ? 'purged' : 'failed', projects.length);
      return edge.urls.filter((_, i) => taken[i] === false);
    },
    async tick() {
      const nowMs = clock();
      const due = [...secondPurges].filter(([, dueAtMs]) => dueAtMs <= nowMs).map(([name]) => name);
      for (const name of due) secondPurges.delete(name);
      if (due.length > 0)
        await Promise.all(edge.urls.filter((url) => !behind.has(url)).map((url) => send(url, due)));
      await Promise.all([...behind].map(([url, failures]) => catchUp(url, failures)));
    },
    positions: () => Object.fromEntries(positions),
    behind: () => [...behind.keys()],
  };
}

/** Returns why the node has not taken all of them; undefined if it has. */
async function purgeAt(
  node: EdgeOptions,
  projects: readonly string[],
): Promise<string | undefined> {
  for (let from = 0; from < projects.length; from += TAGS_AT_ONCE) {
    const tags = projects.slice(from, from + TAGS_AT_ONCE).map((project) => projectTag(project));
    const [outcome] = await purgeEdge(node, { tags });
    if (outcome?.failure !== undefined) return outcome.failure;
  }
  return undefined;
}
