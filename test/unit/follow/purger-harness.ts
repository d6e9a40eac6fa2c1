import type { Store } from '../../../cache/store/contract.ts';
import { createEdge } from '../../../src/edge/nodes.ts';
import { createPurger, type Purger } from '../../../src/follow/purger.ts';
import type { NodePositions } from '../../../src/follow/roll.ts';
import { createClock, openStore, type TestClock } from './harness.ts';
import { PURGE_KEY, type PurgeListener, startPurgeListener } from './purge-listener.ts';

/** Two nodes of the edge, and what purgers of theirs have in common. */
export interface Edge {
  readonly clock: TestClock;
  readonly store: Store;
  readonly nodes: readonly [PurgeListener, PurgeListener];
  readonly urls: readonly [string, string];
  readonly counts: Record<'purged' | 'failed', number>;
  /** What was logged about the nodes, in order: their number, and `fails` or `is back`. */
  readonly told: string[];
  /** A purger that begins from there. */
  readonly begin: (positions?: NodePositions) => Promise<Purger>;
  /** One that has nothing left to do; with the store as it sees it. */
  readonly beginWell: (over?: Store) => Promise<Purger>;
}

/** Starts the nodes; all of it is gone when the running test is over. */
export async function startEdge(): Promise<Edge> {
  const clock = createClock();
  const store = openStore(clock.read);
  const nodes = [await startPurgeListener(), await startPurgeListener()] as const;
  const urls = [nodes[0].url, nodes[1].url] as const;
  const counts = { purged: 0, failed: 0 };
  const told: string[] = [];
  const begin = (positions: NodePositions = {}, over = store): Promise<Purger> =>
    createPurger({
      edge: createEdge({ VARNISH_URLS: [...urls], PURGE_KEY }),
      store: over,
      positions,
      observe: (outcome, projects) => (counts[outcome] += projects),
      onNode: (url, failure) =>
        void told.push(`${nodes.findIndex((node) => node.url === url)} ${failure ?? 'is back'}`),
      clock: clock.read,
    });
  return {
    clock,
    store,
    nodes,
    urls,
    counts,
    told,
    begin,
    async beginWell(over) {
      const purger = await begin({}, over);
      await purger.tick();
      for (const node of nodes) node.takeTags();
      return purger;
    },
  };
}
