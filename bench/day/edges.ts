import { type Cause, createAskingEdge } from './asking-edge.ts';
import type { EdgeCommands } from './follower.ts';
import type { Origin } from './origin.ts';
import { createSideEdges } from './side-edges.ts';
import type { Upstreams } from './upstreams.ts';
import type { ViewedBadge } from '../traffic/views.ts';

/** As src/follow/changes/work.ts has it. */
const URLS_A_PROJECT = 8;

export interface EdgesOutcome {
  /** Of each edge: all that was asked of the API, behind a copy as well. */
  readonly fetches: readonly number[];
  /** Of the last edge. */
  readonly causes: ReadonlyMap<Cause, number>;
  /** Version badges of the last edge: from a release until no older copy is shown; the shortest first. */
  readonly wrongSeconds: readonly number[];
}

/** Edges of several sizes under the same traffic. */
export interface DayEdges extends EdgeCommands {
  /** Holds what edges hold on any day: copies of any age, those asked for most used last. */
  readonly fill: (random: () => number) => void;
  /** Undefined for a hit; else it resolves when the badge is fetched. */
  readonly view: (badge: number) => Promise<void> | undefined;
  readonly published: (project: string) => void;
  /** Forgets what was counted. */
  readonly beginCounting: () => void;
  readonly outcome: () => EdgesOutcome;
}

export function createDayEdges(options: {
  readonly badges: readonly ViewedBadge[];
  /** How many badges each has room for: the last one asks the origin, the others are told what it was told. */
  readonly rooms: readonly number[];
  readonly origin: Origin;
  readonly upstreams: Upstreams;
  readonly clock: () => number;
}): DayEdges {
  const { badges, rooms, origin, clock } = options;
  const edge = createAskingEdge({ ...options, room: rooms.at(-1) ?? 1 });
  const untilMsOf = (badge: number): number => {
    const asked = badges[badge];
    return asked === undefined ? clock() : origin.untilMs(asked);
  };
  const others = createSideEdges(rooms.slice(0, -1), untilMsOf);
  const numbers = Map.groupBy(badges.keys(), (badge) => badges[badge]?.project);
  const numbersOf = (project: string): number[] => numbers.get(project) ?? [];
  const hasKind = (kind: string) => (badge: number) => badges[badge]?.kind === kind;
  const purge = (some: readonly number[]): void => {
    for (const badge of some) {
      edge.purge(badge);
      others.purge(badge);
    }
  };

  return {
    fill(random) {
      for (const badge of [...badges.keys()].toReversed()) {
        const untilMs = clock() + random() * (untilMsOf(badge) - clock());
        edge.keep(badge, untilMs);
        others.keep(badge, untilMs);
      }
    },
    view(badge) {
      others.view(badge, clock());
      return edge.view(badge);
    },
    published(project) {
      for (const badge of numbersOf(project).filter(hasKind('version'))) edge.published(badge);
    },
    purge: (project) => purge(numbersOf(project)),
    purgeDownloads: (project) => purge(numbersOf(project).filter(hasKind('download'))),
    async refresh(project) {
      for (const badge of numbersOf(project).slice(0, URLS_A_PROJECT)) {
        others.refresh(badge);
        await edge.refresh(badge);
      }
    },
    beginCounting() {
      others.beginCounting();
      edge.beginCounting();
    },
    outcome() {
      const causes = edge.causes();
      const fetches = [...causes.values()].reduce((sum, count) => sum + count, 0);
      const wrongSeconds = edge.wrongSeconds();
      return { fetches: [...others.fetches(), fetches], causes, wrongSeconds };
    },
  };
}
