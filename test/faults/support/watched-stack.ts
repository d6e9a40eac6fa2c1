import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { expect, vi } from 'vitest';
import { scrape, sumOf } from '../../../src/commands/scrape.ts';
import type { Stack, StackOptions } from '../../../stack/start-stack.ts';
import { createPictureCheck, type LoadReport } from '../../support/load/load.ts';
import { startTestStack } from '../../support/service/stack.ts';

const PATIENCE = { timeout: 60_000, interval: 100 };
const ERROR_LEVEL = 50;
const MAX_LINES = 20;
/** Enough for each node to be asked for some of them. */
const NOBODIES = 'abcdefgh'.split('').map((letter) => `nobody-${letter}`);
/** A node writes its log after a second at the latest. */
const LOG_DELAY_MS = 1_200;
/** A process takes up to 250 MB by `docs/operations.md`; the rest is for another machine's allocator. */
const MAX_NODE_BYTES = 350e6;

/** What a client got: `X-Badge-Status`, and the text of the picture. */
export interface Badge {
  readonly verdict: string;
  readonly picture: string;
}

/** The whole stack, and what its nodes make of a fault. */
export interface WatchedStack {
  readonly stack: Stack;
  /** A URL that shows the same badge, and that nobody has asked for before: neither the edge nor a node has the answer. */
  uncached(path: string): string;
  /** Asks the edge for an uncached badge; rejects where it is not a good picture with status 200. */
  ask(path: string): Promise<Badge>;
  /** Asks so often that each node has been asked. */
  askAll(path: string): Promise<Badge[]>;
  /** Asks again and again until the badge has that verdict. */
  expectVerdict(path: string, verdict: string): Promise<void>;
  /** A metric of all nodes together. */
  metric(name: string, labels?: Record<string, string>): Promise<number>;
  /** Resolves when both nodes get answers from PyPI again: an answer, be it 404, closes a breaker. */
  recovers(): Promise<void>;
  /** What no fault of another program may do to a node: end it, make it grow, or be an error of its own. */
  harm(): Promise<string[]>;
  close(): Promise<void>;
}

/** Starts the stack with these upstreams and settings. The caller closes it. */
export async function startWatchedStack(
  upstreamUrl: string,
  settings: Readonly<Record<string, string>> = {},
  { followers = 0, onLine }: Pick<StackOptions, 'followers' | 'onLine'> = {},
): Promise<WatchedStack> {
  const alarms: string[] = [];
  const stack = await startTestStack({
    upstreamUrl,
    settings: { LOG_LEVEL: 'warn', ...settings },
    followers,
    onLine(part, line) {
      onLine?.(part, line);
      if (part.startsWith('api') && alarms.length < MAX_LINES && isAlarming(line))
        alarms.push(`${part}: ${line}`);
    },
  });
  const pids = stack.nodes.map(({ pid }) => pid);
  const dispatcher = new Agent();
  const isPicture = createPictureCheck();
  let asked = 0;
  // Only the color behind the label differs.
  const uncached = (path: string): string =>
    `${path}?labelColor=${(0x100000 + (asked += 1)).toString(16)}`;
  const ask = async (path: string): Promise<Badge> => {
    const url = stack.edgeUrl + uncached(path);
    const { statusCode, headers, body } = await request(url, { dispatcher });
    const bytes = await body.bytes();
    if (statusCode !== 200 || !(await isPicture(String(headers['content-type']), bytes)))
      throw new Error(`${path}: ${statusCode} ${String(headers['content-type'])}`);
    const picture = Buffer.from(bytes).toString();
    return { verdict: String(headers['x-badge-status']), picture };
  };

  return {
    stack,
    uncached,
    ask,
    askAll: (path) => Promise.all(NOBODIES.map(() => ask(path))),
    expectVerdict: (path, verdict) =>
      vi.waitFor(async () => expect((await ask(path)).verdict).toBe(verdict), PATIENCE),
    async metric(name, labels) {
      const samples = await Promise.all(stack.adminUrls.map(scrape));
      return sumOf(samples.flat(), name, labels);
    },
    async recovers() {
      const areAnswered = async (): Promise<boolean> => {
        const paths = NOBODIES.map((name) => `/version/${name}-${asked}/badge.svg`);
        const badges = await Promise.all(paths.map(ask));
        return badges.every(({ verdict }) => verdict === 'not-found');
      };
      await vi.waitUntil(areAnswered, PATIENCE);
    },
    async harm() {
      await delay(LOG_DELAY_MS);
      const ended = stack.nodes.filter(({ pid }, node) => pid !== pids[node]);
      return [
        ...ended.map(({ name }) => `${name} has ended`),
        ...(await Promise.all(stack.adminUrls.map(growthOf))).flat(),
        ...alarms,
      ];
    },
    async close() {
      await dispatcher.destroy();
      // How they stop is not what is looked at here, and takes seconds.
      await Promise.all(stack.nodes.map((node) => node.kill()));
      await stack.close();
    },
  };
}

/** Nothing but good pictures came, with one of these verdicts. */
export function expectOnly({ faults, verdicts }: LoadReport, allowed: readonly string[]): void {
  const others = Object.keys(verdicts).filter((verdict) => !allowed.includes(verdict));
  expect({ faults, others }).toEqual({ faults: [], others: [] });
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
