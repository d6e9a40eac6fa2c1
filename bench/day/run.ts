import { createDayEdges, type DayEdges, type EdgesOutcome } from './edges.ts';
import { createDayFollower } from './follower.ts';
import { createOrigin } from './origin.ts';
import { createDayTraffic } from './traffic.ts';
import { type Asked, createUpstreams, type Upstreams } from './upstreams.ts';
import { createRandom } from '../traffic/random.ts';
import type { Traffic } from '../traffic/views.ts';

const SEED = 20_130_801;
const BEGIN_MS = Date.UTC(2026, 3, 1);

export interface DayOptions {
  readonly traffic: Traffic;
  readonly viewsPerSecond: number;
  readonly isFollowed: boolean;
  /** Whether all download counts are loaded once a day. */
  readonly hasLoad?: boolean;
  /** Whether the Simple API is asked for the status of projects. */
  readonly asksSimple: boolean;
  /** How many badges an edge has room for: the last one asks the API, the others are told what it was told. */
  readonly rooms: readonly number[];
  readonly warmUpSeconds: number;
  readonly measuredSeconds: number;
}

/** What came of the measured time. */
export interface DayOutcome extends EdgesOutcome {
  readonly views: number;
  readonly asked: Readonly<Asked>;
}

/** Lives through the time, view by view. */
export async function runDay(options: DayOptions): Promise<DayOutcome> {
  const { traffic, isFollowed, hasLoad = false, asksSimple, rooms } = options;
  const { warmUpSeconds, measuredSeconds } = options;
  let nowMs = BEGIN_MS;
  const clock = (): number => nowMs;
  const world = createDayTraffic(traffic, options.viewsPerSecond);
  const upstreams = createUpstreams(clock);
  const origin = createOrigin({ upstreams, isFollowed, hasLoad, asksSimple, clock });
  await origin.knowAll(traffic.badges);
  const edges = createDayEdges({ badges: traffic.badges, rooms, origin, upstreams, clock });
  edges.fill(createRandom(SEED));
  const wanted = traffic.badges.filter(({ kind }) => kind === 'download');
  const follower = isFollowed
    ? await createDayFollower({
        facts: origin.facts,
        upstreams,
        edges,
        clock,
        wanted: [...new Set(wanted.map(({ project }) => project))],
      })
    : undefined;

  let views = 0;
  for (let second = 0; second < warmUpSeconds + measuredSeconds; second += 1) {
    nowMs = BEGIN_MS + second * 1000;
    if (second === warmUpSeconds) {
      views = 0;
      upstreams.beginCounting();
      edges.beginCounting();
    }
    publish(world.release(), upstreams, edges, follower?.publish);
    await follower?.tick();
    const asked = world.views(second);
    for (let index = 0; index < asked.length; index += 1) {
      nowMs = BEGIN_MS + Math.floor((second + index / asked.length) * 1000);
      const fetching = edges.view(asked[index] ?? 0);
      // Most views are hits, for which there is nothing to wait for.
      if (fetching !== undefined) await fetching;
    }
    views += asked.length;
  }
  await origin.close();
  return { views, asked: upstreams.asked(), ...edges.outcome() };
}

function publish(
  project: string | undefined,
  upstreams: Upstreams,
  edges: DayEdges,
  tell: ((project: string) => void) | undefined,
): void {
  if (project === undefined) return;
  upstreams.publish(project);
  edges.published(project);
  tell?.(project);
}
