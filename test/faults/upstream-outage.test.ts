import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { StandIn } from '../../sample/stand-in.ts';
import { type Load, type LoadReport, startLoad } from '../support/load.ts';
import { tellOutcome } from '../support/outcomes.ts';
import { questionsTo, startPypi } from './support/upstream-pypi.ts';
import { startWatchedStack, type WatchedStack } from './support/upstream-stack.ts';

const START_MS = 60_000;
const PATIENCE = { timeout: 30_000, interval: 50 };
const NODES = 2;
/** As the default of `PYPI_CONCURRENCY` has it. */
const CONCURRENCY = 8;
const FRESH_SECONDS = 5;
const BREAKER_FAILURES = 5;
const BREAKER_OPEN_MS = 4_000;

const KNOWN = Array.from({ length: 20 }, (_, number) => `known-${number}`);
const UNKNOWN = Array.from({ length: 50 }, (_, number) => `unknown-${number}`);
const ENDLESS = Array.from({ length: 50 }, (_, number) => `endless-${number}`);

let standIn: StandIn;
let watched: WatchedStack;

beforeAll(async () => {
  standIn = await startPypi([...KNOWN, ...UNKNOWN, ...ENDLESS]);
  watched = await startWatchedStack(standIn.url, { FACTS_FRESH_SECONDS: `${FRESH_SECONDS}` });
}, START_MS);

afterAll(async () => {
  await watched.close();
  await standIn.close();
}, START_MS);

const badgeOf = (project: string): string => `/version/${project}/badge.svg`;

/** Clients who ask for the badge of the project that each number stands for. */
function startLoadOf(projectOf: (number: number) => string, clients: number): Load {
  const pathOf = (number: number): string => watched.uncached(badgeOf(projectOf(number)));
  return startLoad(watched.stack.edgeUrl, pathOf, { clients, restMs: 40 });
}

const roundOf = (projects: readonly string[]) => (number: number) =>
  projects[number % projects.length] ?? '';

/** Waits until each of the projects has been seen with that verdict. */
async function seeAll(projects: readonly string[], verdict: string): Promise<void> {
  const missing = new Set(projects);
  await vi.waitUntil(async () => {
    const ask = async (project: string): Promise<void> => {
      if ((await watched.ask(badgeOf(project))).verdict === verdict) missing.delete(project);
    };
    await Promise.all([...missing].map(ask));
    return missing.size === 0;
  }, PATIENCE);
}

function expectOnly(report: LoadReport | undefined, allowed: readonly string[]): void {
  const { faults, verdicts = {} } = report ?? {};
  const others = Object.keys(verdicts).filter((verdict) => !allowed.includes(verdict));
  expect({ faults, others }).toEqual({ faults: [], others: [] });
}

const openBreakers = (): Promise<number> =>
  watched.metric('pypins_upstream_breaker_open', { upstream: 'pypi' });

/**
 * The most questions that an upstream may see which fails them all: those that open the breakers, those under way by
 * then, and one whenever a breaker has been open for its time.
 */
function mostQuestions(elapsedMs: number): number {
  return NODES * (BREAKER_FAILURES + CONCURRENCY - 1 + Math.floor(elapsedMs / BREAKER_OPEN_MS));
}

/** Looks how many questions are without an answer at once, until `stop`, which gives the most there were. */
function watchCrowd(): { stop(): number } {
  const before = standIn.requests.length;
  let most = 0;
  const look = setInterval(() => {
    const waiting = standIn.requests.slice(before).filter(({ status }) => status === undefined);
    most = Math.max(most, waiting.length);
  }, 5);
  return {
    stop() {
      clearInterval(look);
      return most;
    },
  };
}

describe('all of PyPI is down, and comes back', () => {
  let ofKnown: Load;
  let ofUnknown: Load;
  let ofNew: Load;
  let downAtMs: number;
  let questionsBefore: number;
  const questions = (): number => questionsTo(standIn) - questionsBefore;

  beforeAll(async () => {
    await seeAll(KNOWN, 'ok');
    questionsBefore = questionsTo(standIn);
    standIn.misbehave({ mode: '503', api: 'pypi' });
    downAtMs = performance.now();
    ofKnown = startLoadOf(roundOf(KNOWN), 8);
    ofUnknown = startLoadOf(roundOf(UNKNOWN), 8);
    // Never asked about before: no back-off keeps these from PyPI.
    ofNew = startLoadOf((number) => `new-${number}`, 4);
  });

  test('a few failures open the breakers: of fifty unknown projects, few are asked about', async () => {
    await ofUnknown.answered(2 * UNKNOWN.length);
    await vi.waitUntil(async () => (await openBreakers()) === NODES, PATIENCE);
    expect(questions()).toBeGreaterThanOrEqual(NODES * BREAKER_FAILURES);
    expect(questions()).toBeLessThanOrEqual(mostQuestions(performance.now() - downAtMs));
  });

  test('then one question at a time finds out whether PyPI is back', async () => {
    const before = questions();
    await vi.waitUntil(() => questions() > before, PATIENCE);
    await seeAll(KNOWN, 'stale');
    expect(questions()).toBeLessThanOrEqual(mostQuestions(performance.now() - downAtMs));
    expect(await openBreakers()).toBe(NODES);
  });

  test(
    'it is back: all is well again within a period, and without a herd',
    async () => {
      const crowd = watchCrowd();
      const projects = [...KNOWN, ...UNKNOWN];
      const before = projects.map((project) => questionsTo(standIn, project));
      const backAtMs = performance.now();
      // Slow enough for questions to be seen side by side.
      standIn.misbehave({ mode: 'slow', api: 'pypi', latencyMs: 400 });
      await seeAll(projects, 'ok');
      const recoveredMs = performance.now() - backAtMs;
      const most = crowd.stop();
      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThanOrEqual(NODES * CONCURRENCY);
      const asked = projects.map(
        (project, row) => questionsTo(standIn, project) - (before[row] ?? 0),
      );
      expect(Math.max(...asked)).toBeLessThanOrEqual(1 + recoveredMs / (FRESH_SECONDS * 1_000));
      expect(await openBreakers()).toBe(0);
      tellOutcome('all of PyPI is back', {
        downMs: Math.round(backAtMs - downAtMs),
        recoveredMs: Math.round(recoveredMs),
        questionsAtOnce: most,
        questionsPerProject: Math.max(...asked),
      });
    },
    START_MS,
  );

  test('meanwhile, clients saw nothing but good pictures', async () => {
    const loads = [ofKnown, ofUnknown, ofNew].map((load) => load.stop());
    const [known, unknown, unheardOf] = await Promise.all(loads);
    standIn.behave();
    expectOnly(known, ['ok', 'stale']);
    expectOnly(unknown, ['unavailable', 'ok', 'stale']);
    expectOnly(unheardOf, ['unavailable', 'not-found']);
    tellOutcome('all of PyPI is down', { known: known?.verdicts, unknown: unknown?.verdicts });
  });
});

test('every body from PyPI is without end: no node grows beyond its size', async () => {
  standIn.misbehave({ mode: 'endless', api: 'pypi' });
  const load = startLoadOf(roundOf(ENDLESS), 2 * NODES * CONCURRENCY);
  await load.answered(ENDLESS.length);
  const report = await load.stop();
  standIn.behave();
  expectOnly(report, ['unavailable']);
  const bytes = await watched.metric('process_resident_memory_bytes');
  tellOutcome('every body from PyPI is without end', { bytesPerNode: Math.round(bytes / NODES) });
  expect(await watched.harm()).toEqual([]);
});
