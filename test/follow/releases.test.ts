import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { LoggedRequest } from '../../sample/exchange.ts';
import { startLoad } from '../support/load/load.ts';
import { tellOutcome } from '../support/load/outcomes.ts';
import { versionPath } from './support/edge-reader.ts';
import { type FollowedStack, startFollowedStack } from './support/followed-stack.ts';

const HELD = 1_000;
/** Released as well, though no reader has asked for them. */
const OTHERS = 10;
/** PyPI purges softly: its first answers after a change are from before it, of the feed and of a page. */
const BEHIND = { pageMs: 2_000, feedMs: 1_000 };
const WORLD_ASKS_MS = 1_000;
/** The promise is 60 s; a busy machine may be late. */
const PATIENCE_MS = 90_000;
/** The follower until PyPI shows it, and each node; once more where the shared store was too slow for a busy machine. */
const MAX_REQUESTS_A_RELEASE = 6;
const TEST_MS = 300_000;

test.each([
  { store: 'redis', count: 60, overMs: 10_000 },
  { store: 'sqlite', count: 30, overMs: 5_000 },
] as const)(
  '$count releases among 1,000 held projects under reading, over $store: all right at the edge, and nobody notices',
  async ({ store, count, overMs }) => {
    const followed = await startFollowedStack({ store, held: HELD, others: OTHERS });
    const { stack, standIn, held, others, edge } = followed;
    const before = standIn.requests.length;
    standIn.lag(BEHIND);
    const world = setInterval(() => void askFeed(standIn.url), WORLD_ASKS_MS);
    onTestFinished(() => clearInterval(world));
    const released = Array.from(
      { length: count },
      (_, place) => held[Math.floor((place * HELD) / count)] ?? '',
    );
    const readers = startLoad(stack.edgeUrl, (number) => pathOfReader(number, held, released), {
      clients: 8,
      restMs: 40,
      maxRequests: 1_000_000,
    });
    const lagsMs = await publishAll(followed, released, overMs);
    const { faults, verdicts, asked, p50, p99, slowest } = await readers.stop();

    const questions = standIn.requests.slice(before);
    const late = released.filter((_, place) => lagsMs[place] === Infinity);
    expect(late.map((project) => [project, pagesOf(questions, project)])).toEqual([]);
    expect(faults).toEqual([]);
    // What the edge holds is never late: at worst it is of before.
    expect(Object.keys(verdicts).filter((verdict) => !/^(?:ok|stale)$/.test(verdict))).toEqual([]);
    // Nor is any of them wrong again.
    const badges = await edge.readAll(released.map(versionPath));
    expect(badges.filter(({ text }) => !text.includes(': 1.1"'))).toEqual([]);

    const ofReleased = released.map((project) => pagesOf(questions, project));
    const total = ofReleased.reduce((sum, each) => sum + each, 0);
    expect(Math.max(...ofReleased)).toBeLessThanOrEqual(MAX_REQUESTS_A_RELEASE);
    expect(others.map((project) => pagesOf(questions, project))).toEqual(others.map(() => 0));
    tellOutcome(`${count} releases among ${HELD} held projects, over ${store}`, {
      ...distribution(lagsMs),
      pagesARelease: total / count,
      mostPagesOfARelease: Math.max(...ofReleased),
      feedRequests: questions.filter(isOurs).length - total,
      readers: { asked, p50, p99, slowest },
    });
  },
  TEST_MS,
);

/** Every other reader is after something that is just being released. */
function pathOfReader(
  number: number,
  held: readonly string[],
  released: readonly string[],
): string {
  const among = number % 2 === 0 ? held : released;
  return versionPath(among[(number * 7) % among.length] ?? '');
}

/** Publishes one after the other; gives how long each took to be seen at the edge, in milliseconds. */
async function publishAll(
  { standIn, edge, others }: FollowedStack,
  released: readonly string[],
  overMs: number,
): Promise<number[]> {
  const waiting: Promise<number>[] = [];
  for (const [place, project] of released.entries()) {
    const { version } = standIn.publish(project);
    waiting.push(edge.untilSays(versionPath(project), version, PATIENCE_MS));
    const other = others[place / 20];
    if (other !== undefined) standIn.publish(other);
    await delay(overMs / released.length);
  }
  return Promise.all(waiting);
}

/** One of the many that ask PyPI for its feed: what its CDN has is seldom old. */
async function askFeed(url: string): Promise<void> {
  await (await fetch(`${url}/rss/updates.xml`)).arrayBuffer();
}

function isOurs({ headers }: LoggedRequest): boolean {
  return String(headers['user-agent']).startsWith('pypins/');
}

function pagesOf(requests: readonly LoggedRequest[], project: string): number {
  return requests.filter(({ path }) => path.startsWith(`/pypi/${project}/`)).length;
}

function distribution(lagsMs: readonly number[]): Record<string, number> {
  const sorted = lagsMs.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Number(((sorted[Math.ceil((sorted.length - 1) * share)] ?? 0) / 1000).toFixed(1));
  return { medianSeconds: at(0.5), p99Seconds: at(0.99), worstSeconds: at(1) };
}
