import { PURGE_LOG_MS } from '../edge/purge-log.ts';

/** Nodes that have gone and are remembered: those that took purges last. */
const MAX_GONE = 250;

/** Time up to which each node has taken all purges, by its name. */
export type NodePositions = Readonly<Record<string, number>>;

/**
 * The nodes of the edge and what each has taken. A node is behind until it has caught up: when it has come, because it may
 * have been away with its cache; and when a purge failed there. A node that has gone is behind no more; its position is
 * remembered as long as the purges since then are.
 */
export interface Roll {
  /** Notes which nodes there are; returns whether these are others than before. */
  readonly call: (names: readonly string[]) => boolean;
  readonly isBehind: (name: string) => boolean;
  /** Number of purges that failed since the node is behind. */
  readonly failuresOf: (name: string) => number;
  readonly positionOf: (name: string) => number;
  /** Notes a purge that was sent at that time. */
  readonly taken: (name: string, sentAtMs: number) => void;
  /** The same of one that failed; returns whether it is the first. */
  readonly failed: (name: string, sentAtMs: number) => boolean;
  /** Notes that a node has taken all until then; false if a purge has failed there since it had failed so often. */
  readonly caughtUp: (name: string, untilMs: number, failures: number) => boolean;
  /** Whether each node that is there has taken all purges. */
  readonly present: () => ReadonlyMap<string, boolean>;
  readonly positions: () => NodePositions;
}

/** Creates the roll of a leader, who cannot tell what the previous one has not done. */
export function createRoll(before: NodePositions, clock: () => number): Roll {
  const positions = new Map(Object.entries(before));
  /** How many purges failed at each node that is behind. */
  const behind = new Map<string, number>();
  let present: ReadonlySet<string> = new Set();

  const unknownMs = (): number => clock() - PURGE_LOG_MS;
  const positionOf = (name: string): number => positions.get(name) ?? unknownMs();

  /** Of those that have gone. */
  const forget = (): void => {
    const gone = [...positions].filter(([name]) => !present.has(name));
    const kept = gone.toSorted(([, one], [, other]) => other - one).slice(0, MAX_GONE);
    for (const [name] of gone) positions.delete(name);
    for (const [name, atMs] of kept) if (atMs > unknownMs()) positions.set(name, atMs);
  };

  return {
    call(names) {
      const come = names.filter((name) => !present.has(name));
      const hasChanged = come.length > 0 || new Set(names).size < present.size;
      if (!hasChanged) return false;
      present = new Set(names);
      for (const name of come) {
        behind.set(name, 0);
        positions.set(name, positionOf(name));
      }
      for (const name of behind.keys()) if (!present.has(name)) behind.delete(name);
      forget();
      return true;
    },
    isBehind: (name) => behind.has(name),
    failuresOf: (name) => behind.get(name) ?? 0,
    positionOf,
    taken(name, sentAtMs) {
      if (present.has(name) && !behind.has(name)) positions.set(name, sentAtMs);
    },
    failed(name, sentAtMs) {
      // The node may have taken a later purge meanwhile.
      positions.set(name, Math.min(positionOf(name), sentAtMs));
      // It has gone meanwhile.
      if (!present.has(name)) return false;
      const failures = behind.get(name) ?? 0;
      behind.set(name, failures + 1);
      return failures === 0;
    },
    caughtUp(name, untilMs, failures) {
      if (!present.has(name)) return false;
      positions.set(name, untilMs);
      // A purge may have failed in the meantime: then the node is still behind.
      if (behind.get(name) !== failures) return false;
      return behind.delete(name);
    },
    present: () => new Map([...present].map((name) => [name, !behind.has(name)])),
    positions: () => Object.fromEntries(positions),
  };
}
