import { Redis } from 'ioredis';
import { vi } from 'vitest';
import type { StandIn } from '../../../sample/stand-in.ts';
import { startPypi } from './upstream-pypi.ts';
import { startWatchedStack, type WatchedStack } from './upstream-stack.ts';

const NEW = Array.from({ length: 2_000 }, (_, number) => `new-${number}`);
const PATIENCE = { timeout: 20_000, interval: 50 };
const NODES = 2;

/** A stack whose Redis is somebody else's to start and to break. */
export interface StackOnRedis extends WatchedStack {
  readonly standIn: StandIn;
  /** A connection of the operator's own, past whatever breaks the nodes' way; it comes back with Redis. */
  readonly operator: Redis;
  /** A project that nobody has asked for before. */
  readonly newProject: () => string;
  /** Waits until both nodes use Redis: what one of them learns of PyPI is found there. */
  comesIntoUse(): Promise<void>;
}

/** Starts the stack with the address of Redis as the nodes see it, and its port. The caller closes it before Redis. */
export async function startStackOnRedis(
  nodesUrl: string,
  port: number,
  known: readonly string[] = [],
): Promise<StackOnRedis> {
  const standIn = await startPypi([...known, ...NEW]);
  // Soon stale: Redis is asked all the time.
  const settings = { REDIS_URL: nodesUrl, FACTS_FRESH_SECONDS: '1' };
  const watched = await startWatchedStack(standIn.url, settings);
  const operator = new Redis({ port, retryStrategy: () => 50, maxLoadingRetryTime: 50 });
  // Without a listener ioredis prints what it emits.
  operator.on('error', () => undefined);
  const unasked = NEW.values();
  const newProject = (): string => unasked.next().value ?? 'none-is-left';

  return {
    ...watched,
    standIn,
    operator,
    newProject,
    async comesIntoUse() {
      const healthy = (): Promise<number> => watched.metric('pypins_store_healthy');
      await vi.waitUntil(async () => (await healthy()) === NODES, PATIENCE);
      await vi.waitUntil(async () => {
        const project = newProject();
        await watched.ask(`/version/${project}/badge.svg`);
        return (await operator.exists(recordOf(project))) === 1;
      }, PATIENCE);
    },
    async close() {
      await watched.close();
      operator.disconnect();
      await standIn.close();
    },
  };
}

/** The key under which a project's facts are kept. */
export function recordOf(project: string): string {
  return `pypins:1:pypi:${project}`;
}
