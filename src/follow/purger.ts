import type { Store } from '../../cache/store/contract.ts';
import { type Edge, type EdgeNode, nameOf } from '../edge/nodes.ts';
import { purgeNode, SECOND_PURGE_MS } from '../edge/purge.ts';
import { logPurge, purgedSince } from '../edge/purge-log.ts';
import { projectTag } from '../edge/tags.ts';
import { createRoll, type NodePositions } from './roll.ts';

/** So many tags fit into a request's header. */
const TAGS_AT_ONCE = 50;
/** A node that was away also gets the purges of the last minutes before: clocks differ, and leaders change. */
const MARGIN_MS = 120_000;
const MAX_SECOND_PURGES = 10_000;

/** Purges projects at every node, and repeats for a node that was away what it has missed. */
export interface Purger {
  /**
   * Purges softly now, and once more after `SECOND_PURGE_MS`; the project `EVERYTHING` stands for all. Resolves when each
   * node has answered or failed, with the names of those that have taken it and of those that failed.
   */
  readonly purge: (projects: readonly string[]) => Promise<{ taken: string[]; failed: string[] }>;
  /** Sends the second purges that are due, and the missed ones, also to nodes that have come. Call it every second. */
  readonly tick: () => Promise<void>;
  readonly positions: () => NodePositions;
  /** Names of the nodes that have not taken all purges. */
  readonly behind: () => string[];
  /** Whether each node has taken all purges, by its name. */
  readonly nodes: () => ReadonlyMap<string, boolean>;
}

export interface PurgerOptions {
  readonly edge: Edge;
  readonly store: Store;
  /** As the previous leader left them. */
  readonly positions: NodePositions;
  readonly observe: (outcome: 'purged' | 'failed', projects: number) => void;
  /** Called when a node begins to fail, with the reason, and when it has taken all that it missed. */
  readonly onNode?: (name: string, failure: string | undefined) => void;
  /** Called when nodes have come or gone, with the names of all. */
  readonly onNodes?: (names: readonly string[]) => void;
  readonly clock?: () => number;
}

/** Creates the purger of a new leader, who takes every node for one that is behind. */
export async function createPurger(options: PurgerOptions): Promise<Purger> {
  const { edge, store, observe, onNode, onNodes, clock = Date.now } = options;
  const roll = createRoll(options.positions, clock);
  const secondPurges = new Map<string, number>();

  const isBehind = (node: EdgeNode): boolean => roll.isBehind(nameOf(node));

  const look = async (): Promise<readonly EdgeNode[]> => {
    const nodes = await edge.nodes();
    if (roll.call(nodes.map(nameOf))) onNodes?.(nodes.map(nameOf));
    return nodes;
  };

  const send = async (node: EdgeNode, projects: readonly string[]): Promise<boolean> => {
    const name = nameOf(node);
    const sentAtMs = clock();
    const failure = await purgeAt(edge.key, node, projects);
    if (failure === undefined) roll.taken(name, sentAtMs);
    else if (roll.failed(name, sentAtMs)) onNode?.(name, failure);
    return failure === undefined;
  };

  const catchUp = async (node: EdgeNode): Promise<void> => {
    const name = nameOf(node);
    const failures = roll.failuresOf(name);
    const startedAtMs = clock();
    const missed = await purgedSince(store, roll.positionOf(name) - MARGIN_MS);
    if (missed === undefined) return;
    // Without a missed purge, an empty one still tells whether the node answers.
    const projects = missed.length > 0 ? missed : [''];
    if ((await purgeAt(edge.key, node, projects)) !== undefined) return;
    const isBack = roll.caughtUp(name, startedAtMs, failures);
    if (isBack && failures > 0) onNode?.(name, undefined);
  };

  await look();
  return {
    async purge(projects) {
      if (projects.length === 0) return { taken: [], failed: [] };
      const nowMs = clock();
      await logPurge(store, projects, nowMs);
      for (const name of projects)
        if (secondPurges.size < MAX_SECOND_PURGES) secondPurges.set(name, nowMs + SECOND_PURGE_MS);
      const nodes = await look();
      const outcomes = await Promise.all(nodes.map((node) => send(node, projects)));
      for (const isTaken of outcomes) observe(isTaken ? 'purged' : 'failed', projects.length);
      const namesOf = (isTaken: boolean): string[] =>
        nodes.filter((_, place) => outcomes[place] === isTaken).map(nameOf);
      return { taken: namesOf(true), failed: namesOf(false) };
    },
    async tick() {
      const nodes = await look();
      const nowMs = clock();
      const due = [...secondPurges].filter(([, dueAtMs]) => dueAtMs <= nowMs).map(([name]) => name);
      for (const name of due) secondPurges.delete(name);
      if (due.length > 0)
        await Promise.all(nodes.filter((node) => !isBehind(node)).map((node) => send(node, due)));
      await Promise.all(nodes.filter(isBehind).map(catchUp));
    },
    positions: roll.positions,
    behind: () => [...roll.present()].filter(([, hasAll]) => !hasAll).map(([name]) => name),
    nodes: roll.present,
  };
}

/** Returns why the node has not taken all of them; undefined if it has. */
async function purgeAt(
  key: string,
  node: EdgeNode,
  projects: readonly string[],
): Promise<string | undefined> {
  for (let from = 0; from < projects.length; from += TAGS_AT_ONCE) {
    const tags = projects.slice(from, from + TAGS_AT_ONCE).map((project) => projectTag(project));
    const { failure } = await purgeNode(key, node, { tags });
    if (failure !== undefined) return failure;
  }
  return undefined;
}
