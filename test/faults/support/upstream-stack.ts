import { setTimeout as delay } from 'node:timers/promises';
import { vi } from 'vitest';
import { scrape, sumOf } from '../../../src/commands/scrape.ts';
import type { Stack } from '../../../stack/start-stack.ts';
import { startTestStack } from '../../support/stack.ts';
import { type Badge, createClient } from './upstream-client.ts';

const ERROR_LEVEL = 50;
const MAX_WORDS = 20;
const PATIENCE = { timeout: 20_000, interval: 200 };
/** Enough for each node to be asked for some of them. */
const NOBODIES = 'abcdefgh'.split('').map((letter) => `nobody-${letter}`);
/** A node writes its log after a second at the latest. */
const LOG_DELAY_MS = 1_200;
/** A process takes up to 250 MB by `docs/operations.md`; the rest is for the allocator of another machine. */
const MAX_NODE_BYTES = 350e6;

/** The whole stack, and what its nodes make of a fault. */
export interface WatchedStack {
  readonly stack: Stack;
  /** A URL that shows the same badge, and that nobody has asked for before: neither the edge nor a node has the answer. */
  uncached(path: string): string;
  /** Asks the edge for an uncached badge; rejects where it is not a good picture with status 200 within 4 s. */
  ask(path: string): Promise<Badge>;
  /** A metric of all nodes together. */
  metric(name: string, labels?: Record<string, string>): Promise<number>;
  /**
   * Resolves when both nodes get answers from PyPI again: failures of one case, which may end seconds after it, must not add up
   * with the next one's, and an answer, be it 404, sets a breaker back.
   */
  recovers(): Promise<void>;
  /** What no fault of another program may do to a node: end it, make it grow, or be an error of its own. */
  harm(): Promise<string[]>;
  close(): Promise<void>;
}

/** Starts the stack with these upstreams and settings. The caller closes it. */
export async function startWatchedStack(
  upstreamUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<WatchedStack> {
  const words: string[] = [];
  const stack = await startTestStack({
    upstreamUrl,
    settings: { LOG_LEVEL: 'warn', ...settings },
    onLine(part, line) {
      if (part.startsWith('api') && words.length < MAX_WORDS && isAlarming(line))
        words.push(`${part}: ${line}`);
    },
  });
  const pids = stack.nodes.map(({ pid }) => pid);
  const client = createClient(stack.edgeUrl);
  let asked = 0;
  // Only how long the world may keep it differs, which is no part of the picture.
  const uncached = (path: string): string => `${path}?cacheSeconds=${(asked += 1)}`;
  const ask = (path: string): Promise<Badge> => client.get(uncached(path));

  return {
    stack,
    uncached,
    ask,
    async recovers() {
      await vi.waitUntil(async () => {
        const badges = await Promise.all(
          NOBODIES.map((name) => ask(`/version/${name}-${asked}/badge.svg`)),
        );
        return badges.every(({ verdict }) => verdict === 'not-found');
      }, PATIENCE);
    },
    async metric(name, labels) {
      const samples = await Promise.all(stack.adminUrls.map(scrape));
      return sumOf(samples.flat(), name, labels);
    },
    async harm() {
      await delay(LOG_DELAY_MS);
      const ended = stack.nodes.filter(({ pid }, node) => pid !== pids[node]);
      return [
        ...ended.map(({ name }) => `${name} has ended`),
        ...(await Promise.all(stack.adminUrls.map(growthOf))).flat(),
        ...words,
      ];
    },
    async close() {
      await client.close();
      // How they stop is not what is looked at here, and takes seconds.
      await Promise.all(stack.nodes.map((node) => node.kill()));
      await stack.close();
    },
  };
}

/** An error in the log, or what Node itself says: a warning, an exception that nobody caught. */
function isAlarming(line: string): boolean {
  const level = /^\{"level":(\d+),/.exec(line)?.[1];
  return level === undefined || Number(level) >= ERROR_LEVEL;
}

async function growthOf(adminUrl: string): Promise<string[]> {
  const bytes = sumOf(await scrape(adminUrl), 'process_resident_memory_bytes');
  return bytes > MAX_NODE_BYTES ? [`${adminUrl} holds ${bytes} bytes`] : [];
}
