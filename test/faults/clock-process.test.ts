import { Agent, fetch } from 'undici';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { tellOutcome } from '../support/load/outcomes.ts';
import { NO_PYPI_BUDGET } from '../support/service/no-budget.ts';
import { startService, type TestService } from '../support/service/service.ts';
import { tempDirectoryForTest } from '../support/temp.ts';
import { makeFakeClock } from './support/clock-faketime.ts';
import { startServiceProcess } from './support/disk/service.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;
const LENGTHS = /^public, max-age=[1-9]\d*; [1-9]\d*$/;
/** One after the other, each from the true time. */
const OFFSETS: readonly (readonly [string, number])[] = [
  ['the true time', 0],
  ['an hour back', -HOUR_MS],
  ['a day ahead', DAY_MS],
  ['the true time again', 0],
  ['30 days ahead', 30 * DAY_MS],
  ['half a minute back', -HOUR_MS / 120],
  ['20 years ahead', 20 * YEAR_MS],
  ['50 years back', -50 * YEAR_MS],
];
const PATHS = ['/version/requests', '/license/requests', '/version/flask', '/d/requests'];
/** One for each jump. */
const NEW = ['numpy', ...Array.from({ length: 7 }, (_, i) => `sample-status-${i + 1}`)];
const ROUNDS = 3;
const NEAR_MS = 60_000;

let healthy: TestService;
beforeAll(async () => {
  healthy = await startService();
});
afterAll(() => healthy.close());

interface Seen {
  readonly path: string;
  readonly status: number;
  readonly isRight: boolean;
  /** How long the world may keep it, and our edge. */
  readonly lengths: string;
  readonly fetchedAtMs: number;
}

/** Asks for a picture; never gets an answer that was made a second ago, of the time before a jump. */
function createClient(url: string): (path: string) => Promise<Seen> {
  const agent = new Agent();
  onTestFinished(() => agent.destroy());
  let number = 0;
  return async (path) => {
    number += 1;
    const answer = await fetch(`${url}${path}/badge.png?${number}`, { dispatcher: agent });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const right = await (await healthy.get(`${path}/badge.png`)).arrayBuffer();
    return {
      path,
      status: answer.status,
      isRight: bytes.equals(Buffer.from(right)),
      lengths: `${answer.headers.get('cache-control')}; ${answer.headers.get('x-edge-ttl')}`,
      fetchedAtMs: Date.parse(answer.headers.get('x-badge-fetched-at') ?? ''),
    };
  };
}

test('the clock of a service jumps, again and again', async () => {
  for (const path of PATHS) await healthy.get(`${path}/badge.png`);
  const clock = await makeFakeClock();
  const service = await startServiceProcess({
    ...clock.settings,
    CACHE_DIR: await tempDirectoryForTest(),
    PYPI_URL: healthy.standIn.url,
    PYPISTATS_URL: healthy.standIn.url,
    ...NO_PYPI_BUDGET,
  });
  const ask = createClient(service.url);
  const asked: Record<string, number> = {};

  for (const [index, [name, offsetMs]] of OFFSETS.entries()) {
    await clock.jump(offsetMs);
    const before = healthy.standIn.requests.length;
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const path of PATHS) {
        const { fetchedAtMs, lengths, ...seen } = await ask(path);
        expect(seen).toEqual({ path, status: 200, isRight: true });
        expect(lengths).toMatch(LENGTHS);
        expect(fetchedAtMs).toBeLessThanOrEqual(clock.nowMs());
      }
    }
    asked[`${index}: ${name}`] = healthy.standIn.requests.length - before;
    // Two projects and one count of downloads.
    expect(asked[`${index}: ${name}`]).toBeLessThanOrEqual(6);
    // What was never asked for is fetched now, whenever that is.
    const { fetchedAtMs } = await ask(`/version/${NEW[index]}`);
    expect(Math.abs(fetchedAtMs - clock.nowMs())).toBeLessThan(NEAR_MS);
  }
  expect(service.isAlive()).toBe(true);
  tellOutcome('clock: jumps', { upstreamRequests: asked });
});
