import { createEdgeModel } from './day-edge.ts';
import type { EdgeCommands } from './day-follower.ts';
import type { Origin } from './day-origin.ts';
import type { Upstreams } from './day-upstreams.ts';
import { createWrongTimes } from './day-wrong.ts';
import type { ViewedBadge } from './traffic-views.ts';

/** As src/follow/work.ts has it. */
const URLS_A_PROJECT = 8;

/** Why a badge was fetched: there was no copy, it was over, it was purged, or the follower had it fetched anew. */
export type Cause = 'none' | 'facts over' | 'downloads over' | 'purged' | 'refreshed';

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
  const { badges, origin, upstreams, clock } = options;
  const smaller = options.rooms.slice(0, -1).map((room) => createEdgeModel(room));
  const edge = createEdgeModel(options.rooms.at(-1) ?? 1);
  const wrong = createWrongTimes();
  const ofProject = Map.groupBy(badges.keys(), (badge) => badges[badge]?.project);
  const fetches = options.rooms.map(() => 0);
  const causes = new Map<Cause, number>();

  const fetchFor = async (badge: number, cause: Cause): Promise<void> => {
    const asked = badges[badge];
    if (asked === undefined) return;
    causes.set(cause, (causes.get(cause) ?? 0) + 1);
    fetches[smaller.length] = (fetches[smaller.length] ?? 0) + 1;
    const { untilMs, release } = await origin.answer(asked);
    const truth = upstreams.truth(asked.project);
    if (release === truth.release)
      wrong.end(badge, Math.min(clock(), edge.shownUntilMs(badge) || clock()));
    else if (release !== undefined) wrong.begin(badge, truth.atMs);
    edge.keep(badge, untilMs);
  };
  const viewSmaller = (badge: number, nowMs: number): void => {
    for (let index = 0; index < smaller.length; index += 1) {
      if (smaller[index]?.look(badge, nowMs) !== 'good') fetchForSmaller(badge, index);
    }
  };
  const fetchForSmaller = (badge: number, index: number): void => {
    const asked = badges[badge];
    if (asked !== undefined) smaller[index]?.keep(badge, origin.untilMs(asked));
    fetches[index] = (fetches[index] ?? 0) + 1;
  };
  const purgeBadges = (some: readonly number[]): void => {
    for (const badge of some) {
      wrong.end(badge, clock());
      for (const each of [...smaller, edge]) each.purge(badge);
    }
  };

  return {
    fill(random) {
      for (const [index, asked] of [...badges.entries()].toReversed()) {
        const untilMs = clock() + random() * (origin.untilMs(asked) - clock());
        for (const each of [...smaller, edge]) each.keep(index, untilMs);
      }
    },
    view(badge) {
      const nowMs = clock();
      viewSmaller(badge, nowMs);
      const look = edge.look(badge, nowMs);
      if (look === 'good') return undefined;
      const over = badges[badge]?.kind === 'download' ? 'downloads over' : 'facts over';
      return fetchFor(badge, look === 'over' ? over : look);
    },
    published(project) {
      const versions = (ofProject.get(project) ?? []).filter(
        (badge) => badges[badge]?.kind === 'version' && edge.shownUntilMs(badge) > clock(),
      );
      for (const badge of versions) wrong.begin(badge, clock());
    },
    purge: (project) => purgeBadges(ofProject.get(project) ?? []),
    purgeDownloads(project) {
      const some = ofProject.get(project) ?? [];
      purgeBadges(some.filter((badge) => badges[badge]?.kind === 'download'));
    },
    async refresh(project) {
      for (const badge of (ofProject.get(project) ?? []).slice(0, URLS_A_PROJECT)) {
        for (const [index, each] of smaller.entries())
          if (each.has(badge)) fetchForSmaller(badge, index);
        if (edge.has(badge)) await fetchFor(badge, 'refreshed');
      }
    },
    beginCounting() {
      fetches.fill(0);
      causes.clear();
      wrong.forget();
    },
    outcome: () => ({ fetches, causes, wrongSeconds: wrong.seconds() }),
  };
}
