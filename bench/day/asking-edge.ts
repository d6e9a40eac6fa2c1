import { createEdgeModel } from './edge.ts';
import type { Origin } from './origin.ts';
import type { Upstreams } from './upstreams.ts';
import { createWrongTimes } from './wrong.ts';
import type { ViewedBadge } from '../traffic/views.ts';

/** Why a badge was fetched: there was no copy, it was over, it was purged, or the follower had it fetched anew. */
export type Cause = 'none' | 'facts over' | 'downloads over' | 'purged' | 'refreshed';

/** The edge that asks the origin, and counts why. Badges are known by their numbers. */
export interface AskingEdge {
  readonly keep: (badge: number, untilMs: number) => void;
  /** Undefined for a hit; else it resolves when the badge is fetched. */
  readonly view: (badge: number) => Promise<void> | undefined;
  readonly purge: (badge: number) => void;
  /** Fetches the badge anew where there is a copy. */
  readonly refresh: (badge: number) => Promise<void>;
  /** What a version badge shows is no longer so. */
  readonly published: (badge: number) => void;
  readonly beginCounting: () => void;
  readonly causes: () => ReadonlyMap<Cause, number>;
  /** Version badges: from a release until no older copy is shown, in seconds; the shortest first. */
  readonly wrongSeconds: () => number[];
}

export function createAskingEdge(options: {
  readonly room: number;
  readonly badges: readonly ViewedBadge[];
  readonly origin: Origin;
  readonly upstreams: Upstreams;
  readonly clock: () => number;
}): AskingEdge {
  const { badges, origin, upstreams, clock } = options;
  const edge = createEdgeModel(options.room);
  const wrong = createWrongTimes();
  const causes = new Map<Cause, number>();

  const fetchFor = async (badge: number, cause: Cause): Promise<void> => {
    const asked = badges[badge];
    if (asked === undefined) throw new Error(`there is no badge ${badge}`);
    causes.set(cause, (causes.get(cause) ?? 0) + 1);
    const { untilMs, release } = await origin.answer(asked);
    const truth = upstreams.truth(asked.project);
    const shownUntilMs = edge.shownUntilMs(badge) || clock();
    if (release === truth.release) wrong.end(badge, Math.min(clock(), shownUntilMs));
    else if (release !== undefined) wrong.begin(badge, truth.atMs);
    edge.keep(badge, untilMs);
  };

  return {
    keep: edge.keep,
    view(badge) {
      const look = edge.look(badge, clock());
      if (look === 'good') return undefined;
      const over = badges[badge]?.kind === 'download' ? 'downloads over' : 'facts over';
      return fetchFor(badge, look === 'over' ? over : look);
    },
    purge(badge) {
      wrong.end(badge, clock());
      edge.purge(badge);
    },
    refresh: async (badge) => (edge.has(badge) ? fetchFor(badge, 'refreshed') : undefined),
    published(badge) {
      if (edge.shownUntilMs(badge) > clock()) wrong.begin(badge, clock());
    },
    beginCounting() {
      causes.clear();
      wrong.forget();
    },
    causes: () => causes,
    wrongSeconds: () => wrong.seconds(),
  };
}
