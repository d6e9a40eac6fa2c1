import { Redis } from 'ioredis';
import { vi } from 'vitest';
import { createRedisStore } from '../../../cache/store/redis/store.ts';
import type { Store } from '../../../cache/store/contract.ts';
import { projectsNamed } from '../../../sample/projects/sample-projects.ts';
import { createStandIn, type StandIn } from '../../../sample/stand-in.ts';
import { isRankingComplete } from '../../../src/follow/changes/requested.ts';
import { EVERYTHING } from '../../../src/edge/tags.ts';
import { FOLLOW_KEYS } from '../../../src/follow/keys.ts';
import { RECORDS_PREFIX } from '../../../src/keys.ts';
import { NO_PYPI_BUDGET } from '../../support/service/no-budget.ts';
import { startRedis, type TestRedis } from '../../support/redis/redis.ts';
import { startService } from '../../support/service/service.ts';
import { PURGE_KEY } from '../../support/service/stack.ts';
import { startVarnish, type TestVarnish } from '../../support/edge/varnish.ts';
import { createEdgeReader, type EdgeReader, versionPath } from './edge-reader.ts';

const PROJECTS = 1_500;
const MAX_LOGGED_REQUESTS = 100_000;
const PATIENCE = { timeout: 60_000, interval: 100 };
/**
 * Deadline for everything that a follower does. On a busy machine a badge may be stale once more, and the edge keeps that
 * one for a minute.
 */
export const FOLLOWED_WITHIN_MS = 100_000;
export const TEST_MS = 400_000;

/** All that a follower has to do with, but the follower: Redis, PyPI's stand-in, a node, and edges in front of it. */
export interface Scene {
  readonly redis: TestRedis;
  readonly standIn: StandIn;
  readonly varnishes: readonly TestVarnish[];
  /** As readers see them. */
  readonly edges: readonly EdgeReader[];
  /** The node itself, which says how long an edge may keep what. */
  readonly node: EdgeReader;
  readonly nodeUrl: string;
  /** The shared store, as any process sees it. */
  readonly store: Store;
  /** What a follower has to be told. */
  readonly settings: Readonly<Record<string, string>>;
  /** Projects that nobody has asked for, different ones with each call. */
  take(count: number): string[];
  /** Lets a reader at each edge see the badges of these, and waits until the node has told of them. */
  hold(projects: readonly string[]): Promise<void>;
  /** Waits until the node has told that it was asked for these. */
  untilHeld(projects: readonly string[]): Promise<void>;
  /** The same of projects that are not there. */
  untilMissed(projects: readonly string[]): Promise<void>;
  /** Publishes the next release of each, 1.1 after 1.0. */
  publish(projects: readonly string[]): void;
  /** Waits until the badges of these say that at every edge; gives those that do not in time. */
  wrongOnes(projects: readonly string[], message: string): Promise<string[]>;
  /** Lets PyPI behave, and the next follower lead at once. */
  reset(): Promise<void>;
  /** Takes from the shared store what is kept of these, as a Redis that is full may. */
  forget(projects: readonly string[]): Promise<void>;
  /** Takes everything from the shared store, as the restart of a Redis without a disk does. */
  emptyStore(): Promise<void>;
  close(): Promise<void>;
}

/** Starts everything; the caller closes it. */
export async function startScene(): Promise<Scene> {
  const projects = projectsNamed(PROJECTS);
  const standIn = createStandIn({ projects, maxLoggedRequests: MAX_LOGGED_REQUESTS });
  await standIn.listen();
  const redis = await startRedis();
  const service = await startService({ REDIS_URL: redis.url }, standIn);
  const varnishes = await Promise.all(
    [1, 2].map(() => startVarnish({ nodes: [service.url], purgeKey: PURGE_KEY })),
  );
  const edges = varnishes.map(({ url }) => createEdgeReader(url));
  const node = createEdgeReader(service.url);
  const store = createRedisStore({ url: redis.url });
  await store.ready(PATIENCE.timeout);
  // Or the first follower would find that something was lost, and purge everything.
  await vi.waitUntil(async () => {
    await isRankingComplete(store);
    return (await store.rankedOf(FOLLOW_KEYS.held, [EVERYTHING]))?.length === 1;
  }, PATIENCE);
  const operator = new Redis(redis.url);
  const names = projects.map(({ name }) => name);
  const untilTold = async (key: string, some: readonly string[]): Promise<void> => {
    const told = async () => (await store.rankedOf(key, some))?.length;
    await vi.waitUntil(async () => (await told()) === some.length, PATIENCE);
  };

  return {
    redis,
    standIn,
    varnishes,
    edges,
    node,
    nodeUrl: service.url,
    store,
    settings: {
      REDIS_URL: redis.url,
      PYPI_URL: standIn.url,
      PYPISTATS_URL: standIn.url,
      ...NO_PYPI_BUDGET,
      VARNISH_URLS: varnishes.map(({ purgeUrl }) => purgeUrl).join(','),
      PURGE_KEY,
      TRUSTED_PROXIES: '127.0.0.1',
      CONTACT: 'tests',
      LOG_LEVEL: 'silent',
    },
    take: (count) => names.splice(0, count),
    async hold(some) {
      await Promise.all(edges.map((edge) => edge.readAllOk(some.map(versionPath))));
      await untilTold(FOLLOW_KEYS.held, some);
    },
    untilHeld: (some) => untilTold(FOLLOW_KEYS.held, some),
    untilMissed: (some) => untilTold(FOLLOW_KEYS.missing, some),
    publish(some) {
      for (const project of some) standIn.publish(project);
    },
    async wrongOnes(some, message) {
      const waits = some.map((project) =>
        edges.map((edge) => edge.untilSays(versionPath(project), message, FOLLOWED_WITHIN_MS)),
      );
      const tookMs = await Promise.all(waits.map((each) => Promise.all(each)));
      return some.filter((_, place) => tookMs[place]?.includes(Infinity));
    },
    async reset() {
      standIn.behave();
      standIn.lag({});
      await operator.del(`${FOLLOW_KEYS.lease}#lease`);
    },
    forget: async (some) =>
      void (await operator.del(some.map((name) => `${RECORDS_PREFIX}:pypi:${name}`))),
    emptyStore: async () => void (await operator.flushall()),
    async close() {
      operator.disconnect();
      await store.close();
      await Promise.all([node, ...edges].map((reader) => reader.close()));
      await service.close();
      await Promise.all(varnishes.map((varnish) => varnish.stop()));
      await redis.stop();
      await standIn.close();
    },
  };
}
