import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { CACHE_LENGTHS } from '../../src/http/headers.ts';
import type { Figure, Measured } from '../report/figures.ts';
import type { BenchOptions } from '../options.ts';
import { startProgram } from '../servers/processes.ts';
import { startEdge } from './edge.ts';
import { createTraffic } from './views.ts';

/** Everything that lasts is this much shorter: 8 s stand for five minutes. */
const SCALE = 40;
const VIEWS_PER_SECOND = 2_600;
const MEASURED_SECONDS = 8;
const CONNECTIONS = 64;
const MAX_UNDER_WAY = 1_000;
const TICK_MS = 2;
const FILLED_PER_SECOND = 3_000;
const DAY_SECONDS = 86_400;
const GRACE_SECONDS = 60;
/** Below this share of the pace the result says so. */
const SLOW = 0.9;
/** Hits a miss, as its authors counted. */
const PYPIP_IN = 10;

interface Scene {
  /** One key a badge, by our rules, or one a spelling, by plain VCL. */
  readonly isOneKey: boolean;
  /** How long the edge keeps a badge of facts. */
  readonly factsSeconds: number;
}

interface Outcome {
  readonly hitsPerMiss: number;
  readonly missesPerThousand: number;
  /** 1 where views came as fast as they should, less on a machine too busy for it. */
  readonly pace: number;
  /** To PyPI and pypistats.org, for a thousand views. */
  readonly upstreamPerThousand: number;
}

const traffic = createTraffic();

/**
 * 65 views a second (5.6 million a day) of 50,000 badges, in all the ways in which people write them, through a real
 * varnishd, with a cache that holds what it would hold after days of them. Plain VCL keeps badges for as long, but knows
 * a URL only as it is written. The whole day, with releases: `bench/day/day.ts`.
 */
export async function measureTraffic({ isQuick }: BenchOptions): Promise<Measured> {
  const seconds = isQuick ? MEASURED_SECONDS / 2 : MEASURED_SECONDS;
  const factsSeconds = CACHE_LENGTHS.facts.edgeSeconds;
  const ours = await measureScene({ isOneKey: true, factsSeconds }, seconds);
  const plain = await measureScene({ isOneKey: false, factsSeconds }, seconds);
  const followed = await measureScene(
    { isOneKey: true, factsSeconds: CACHE_LENGTHS.followed.edgeSeconds },
    seconds,
  );
  const pace = Math.min(...[ours, plain, followed].map((each) => each.pace));
  const slow = pace < SLOW ? ` (machine too busy: ${pace.toFixed(2)} of the pace)` : '';
  return { figures: describeScenes(ours, plain, followed, slow) };
}

function describeScenes(ours: Outcome, plain: Outcome, followed: Outcome, slow: string): Figure[] {
  const rate = `${Math.round(VIEWS_PER_SECOND / SCALE)} views a second, in all spellings`;
  return [
    {
      key: 'traffic-hits',
      what: `${rate}: hits per miss at a real varnishd, facts kept for ten minutes`,
      measured: `${show(ours)}; plain VCL ${show(plain)}${slow}`,
      goal: 'more than plain VCL',
      met: ours.hitsPerMiss > plain.hitsPerMiss,
    },
    {
      key: 'traffic-followed',
      what: `${rate}: the same, facts kept for a day, until purged`,
      measured: show(followed),
      goal: `≥ ${PYPIP_IN}, as pypip.in`,
      met: followed.hitsPerMiss >= PYPIP_IN,
    },
    {
      key: 'traffic-upstream',
      what: `${rate}: upstream requests per thousand; facts kept at the edge for ten minutes, for a day`,
      measured: `${ours.upstreamPerThousand.toFixed(0)}, ${followed.upstreamPerThousand.toFixed(0)}`,
      goal: `< ${plain.missesPerThousand.toFixed(0)}, one for each miss of plain VCL`,
      met: ours.upstreamPerThousand < plain.missesPerThousand,
    },
  ];
}

function show({ hitsPerMiss }: Outcome): string {
  return hitsPerMiss.toFixed(1);
}

async function measureScene(scene: Scene, seconds: number): Promise<Outcome> {
  const api = await startProgram('../traffic/api.ts', [], {
    SCALE: `${SCALE}`,
    FACTS_KEPT_SECONDS: `${scene.factsSeconds}`,
  });
  const edge = await startEdge(api.url, scene.isOneKey ? OUR_VCL : plainVcl(api.url));
  const pool = new Pool(edge.url, { connections: CONNECTIONS });

  const filled = await fill(scene, api.url, pool);
  const before = await edge.count(filled);
  const views = VIEWS_PER_SECOND * seconds;
  const pace = await replay(pool, views);
  const after = await edge.count(before.hits + before.misses + views);
  const upstream = Number(await (await fetch(api.url)).text());

  await Promise.all([pool.close(), edge.stop(), api.stop()]);
  const misses = after.misses - before.misses;
  return {
    hitsPerMiss: (after.hits - before.hits) / misses,
    missesPerThousand: (misses / views) * 1000,
    pace,
    upstreamPerThousand: (upstream / views) * 1000,
  };
}

/** Stands before the rules, which end with a return: they set the grace on receiving, and this afterwards. */
const OUR_VCL = `vcl 4.1;
sub vcl_hash { if (req.restarts == 0) { set req.grace = ${GRACE_SECONDS / SCALE}s; } }
include "${resolve(import.meta.dirname, '../../varnish/default.vcl')}";
`;

function plainVcl(nodeUrl: string): string {
  return `vcl 4.1;
import std;
backend node { .host = "127.0.0.1"; .port = "${new URL(nodeUrl).port}"; }
sub vcl_backend_response {
  set beresp.ttl = std.duration(beresp.http.X-Edge-TTL + "s", 0s);
  set beresp.grace = ${GRACE_SECONDS / SCALE}s;
  set beresp.do_gzip = true;
}
`;
}

/** Has the edge hold what it would hold, of any age, and lets the clock begin. Gives how many badges that is. */
async function fill(scene: Scene, apiUrl: string, pool: Pool): Promise<number> {
  const held = traffic.held({
    viewsPerSecond: VIEWS_PER_SECOND / SCALE,
    keptSecondsOf: (path) => (path.startsWith('/download/') ? DAY_SECONDS : scene.factsSeconds),
    isOneKey: scene.isOneKey,
  });
  const beginsInMs = (held.length / FILLED_PER_SECOND) * 1000;
  const begun = delay(beginsInMs);
  await fetch(`${apiUrl}/begin?in=${beginsInMs}`);
  const left = held.values();
  const client = async (): Promise<void> => {
    for (const path of left) await ask(pool, path);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  await begun;
  return held.length;
}

/** Asks for so many views at their pace, whether answers come or not. Gives the share of the pace that was kept. */
async function replay(pool: Pool, views: number): Promise<number> {
  const startedAtMs = performance.now();
  const underWay = new Set<Promise<void>>();
  let sent = 0;
  for (const path of traffic.views()) {
    if (sent === views) break;
    sent += 1;
    const answer = ask(pool, path).finally(() => underWay.delete(answer));
    underWay.add(answer);
    if (underWay.size >= MAX_UNDER_WAY) await Promise.race(underWay);
    const dueMs = startedAtMs + (sent / VIEWS_PER_SECOND) * 1000;
    if (dueMs - performance.now() > TICK_MS) await delay(TICK_MS);
  }
  await Promise.all(underWay);
  return ((views / VIEWS_PER_SECOND) * 1000) / (performance.now() - startedAtMs);
}

async function ask(pool: Pool, path: string): Promise<void> {
  const { statusCode, headers, body } = await pool.request({ path, method: 'GET' });
  await body.dump();
  if (statusCode !== 200 || headers['x-badge-status'] !== 'ok')
    throw new Error(`${path}: ${statusCode}`);
}
