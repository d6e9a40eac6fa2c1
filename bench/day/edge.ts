import { LRUCache } from 'lru-cache';

const GRACE_MS = 60_000;

/** What the edge has for a view: a copy that is good, or over, or purged, or none. All but the first are a fetch. */
export type Look = 'good' | 'over' | 'purged' | 'none';

/** A model of the edge: what it holds of badges that are known by their numbers. */
export interface EdgeModel {
  readonly look: (badge: number, nowMs: number) => Look;
  readonly keep: (badge: number, untilMs: number) => void;
  /** What is purged is fetched anew by its next reader. */
  readonly purge: (badge: number) => void;
  readonly has: (badge: number) => boolean;
  /** Until when the copy may be shown, its grace included; 0 where there is none. */
  readonly shownUntilMs: (badge: number) => number;
}

/** Room for so many badges; those asked for last stay. */
export function createEdgeModel(room: number): EdgeModel {
  const copies = new LRUCache<number, { untilMs: number }>({ max: room });
  return {
    look(badge, nowMs) {
      const copy = copies.get(badge);
      if (copy === undefined) return 'none';
      if (nowMs < copy.untilMs) return 'good';
      return copy.untilMs === 0 ? 'purged' : 'over';
    },
    keep: (badge, untilMs) => void copies.set(badge, { untilMs }),
    purge(badge) {
      const copy = copies.peek(badge);
      if (copy !== undefined) copy.untilMs = 0;
    },
    has: (badge) => copies.has(badge),
    shownUntilMs(badge) {
      const { untilMs = 0 } = copies.peek(badge) ?? {};
      return untilMs === 0 ? 0 : untilMs + GRACE_MS;
    },
  };
}
