import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { createRedisStore } from '../../../cache/store/redis/store.ts';
import { createSqliteStore } from '../../../cache/store/sqlite/store.ts';
import type { Store } from '../../../cache/store/contract.ts';
import { projectsNamed } from '../../../sample/projects/sample-projects.ts';
import { createStandIn, type StandIn } from '../../../sample/stand-in.ts';
import { scrape, sumOf } from '../../../src/commands/scrape.ts';
import { FOLLOW_KEYS } from '../../../src/follow/keys.ts';
import type { Stack } from '../../../stack/start-stack.ts';
import { startTestStack } from '../../support/service/stack.ts';
import { tempDirectoryForTest } from '../../support/temp.ts';
import { createEdgeReader, type EdgeReader, versionPath } from './edge-reader.ts';

const MAX_LOGGED_REQUESTS = 100_000;
const STORE_BYTES = 64 * 1024 * 1024;
const PATIENCE = { timeout: 60_000, interval: 100 };
const READ_AT_ONCE = 64;

/** The whole stack with a follower that leads, and an edge that holds badges for a day. */
export interface FollowedStack {
  readonly stack: Stack;
  readonly standIn: StandIn;
  readonly edge: EdgeReader;
  /** Projects whose version badge is held. */
  readonly held: readonly string[];
  /** Projects that nobody has asked for. */
  readonly others: readonly string[];
}

export interface FollowedStackOptions {
  readonly held: number;
  readonly others: number;
  /** Redis, or the embedded store. */
  readonly store: 'redis' | 'sqlite';
}

/** Starts it and lets a reader see every badge that is to be held once; it is gone when the test is. */
export async function startFollowedStack(options: FollowedStackOptions): Promise<FollowedStack> {
  const projects = projectsNamed(options.held + options.others);
  const standIn = createStandIn({ projects, maxLoggedRequests: MAX_LOGGED_REQUESTS });
  await standIn.listen();
  onTestFinished(() => standIn.close());
  const directory = await tempDirectoryForTest();
  const isEmbedded = options.store === 'sqlite';
  const stack = await startTestStack({
    upstreamUrl: standIn.url,
    followers: 1,
    settings: { FOLLOW_SECONDS: '5', ...(isEmbedded && { REDIS_URL: '', CACHE_DIR: directory }) },
  });
  onTestFinished(() => stack.close());
  const edge = createEdgeReader(stack.edgeUrl);
  onTestFinished(() => edge.close());

  const names = projects.map(({ name }) => name);
  const held = names.slice(0, options.held);
  await untilFollowed(stack);
  for (let from = 0; from < held.length; from += READ_AT_ONCE)
    await edge.readAllOk(held.slice(from, from + READ_AT_ONCE).map(versionPath));
  const store = isEmbedded
    ? createSqliteStore({ path: join(directory, 'facts.sqlite'), maxBytes: STORE_BYTES })
    : createRedisStore({ url: stack.redisUrl });
  await untilHeld(store, held.length);
  await store.close();
  return { stack, standIn, edge, held, others: names.slice(options.held) };
}

/** Both nodes know that somebody follows. */
async function untilFollowed(stack: Stack): Promise<void> {
  await vi.waitUntil(async () => {
    const samples = await Promise.all(stack.adminUrls.map(scrape));
    return samples.every((of) => sumOf(of, 'pypins_following') === 1);
  }, PATIENCE);
}

/** The nodes have told the follower of all of them. */
async function untilHeld(store: Store, count: number): Promise<void> {
  const held = async (): Promise<string[]> =>
    (await store.ranked(FOLLOW_KEYS.held, 0, 2 * count)) ?? [];
  await vi.waitUntil(async () => (await held()).length >= count, PATIENCE);
}
