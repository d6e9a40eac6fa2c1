import { createEdgeModel } from './edge.ts';

/** Edges of other sizes that see the same views and purges. They ask nobody: they are told how long badges may be kept. */
export interface SideEdges {
  readonly keep: (badge: number, untilMs: number) => void;
  readonly view: (badge: number, nowMs: number) => void;
  readonly purge: (badge: number) => void;
  /** Fetches the badge anew where there is a copy. */
  readonly refresh: (badge: number) => void;
  readonly beginCounting: () => void;
  /** Of each edge. */
  readonly fetches: () => readonly number[];
}

export function createSideEdges(
  rooms: readonly number[],
  untilMsOf: (badge: number) => number,
): SideEdges {
  const edges = rooms.map((room) => ({ ...createEdgeModel(room), fetches: 0 }));
  const fetchFor = (edge: (typeof edges)[number], badge: number): void => {
    edge.fetches += 1;
    edge.keep(badge, untilMsOf(badge));
  };
  return {
    keep(badge, untilMs) {
      for (const edge of edges) edge.keep(badge, untilMs);
    },
    view(badge, nowMs) {
      for (const edge of edges) if (edge.look(badge, nowMs) !== 'good') fetchFor(edge, badge);
    },
    purge(badge) {
      for (const edge of edges) edge.purge(badge);
    },
    refresh(badge) {
      for (const edge of edges) if (edge.has(badge)) fetchFor(edge, badge);
    },
    beginCounting() {
      for (const edge of edges) edge.fetches = 0;
    },
    fetches: () => edges.map((edge) => edge.fetches),
  };
}
