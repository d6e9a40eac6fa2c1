import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Mode } from '../../sample/faults/rules.ts';
import type { SampleProject } from '../../sample/projects/project.ts';
import type { StandIn } from '../../sample/stand-in.ts';
import { type FaultProxy, startFaultProxy, type WayFault } from '../support/fault-proxy.ts';
import { type Load, startLoad } from '../support/load/load.ts';
import { tellOutcome } from '../support/load/outcomes.ts';
import { mostQuestions, questionsTo, startPypi, VERSION } from './support/upstream-pypi.ts';
import { expectOnly, startWatchedStack, type WatchedStack } from './support/watched-stack.ts';

/* Each fault of an upstream, one by one, is a test of `test/integration/http/upstream-faults`. Here: all processes together. */
const NODES = 2;
/** As the default of `PYPI_CONCURRENCY` has it. */
const CONCURRENCY = 8;
const BREAKER_FAILURES = 5;
const BREAKER_OPEN_MS = 4_000;
/** What a node says that comes too late for somebody, on a machine that is busy enough. */
const LATE = ['unavailable', 'busy'];

const MODES: readonly Mode[] = ['503', 'hang', 'endless', 'redirect-loop'];
/** Ways on which no answer of PyPI comes in time. */
const WAYS: readonly (readonly [string, WayFault])[] = [
  ['a-kilobyte-a-second', { way: 'open', bytesPerSecond: 1_000 }],
  ['a-black-hole', { way: 'black-hole' }],
  ['open-in-one-direction', { way: 'half-open' }],
  ['late-by-3-seconds', { way: 'open', latencyMs: 3_000 }],
  ['reset', { way: 'reset' }],
];
const FAULTS: readonly (readonly [string, (projects: readonly string[]) => void])[] = [
  ...MODES.map((mode) => [mode, (projects: readonly string[]) => failFor(projects, mode)] as const),
  ...WAYS.map(([way, fault]) => [way, () => proxy.set(fault)] as const),
];
const KNOWN = FAULTS.map(([fault]) => `known-${fault}`);
const UNKNOWN = FAULTS.map(([fault]) => `unknown-${fault}`);
const MANY = Array.from({ length: 50 }, (_, number) => `many-${number}`);
const SOME = MANY.slice(0, 20);
/** The digests of so many files make an answer of many kilobytes, compressed. */
const RELEASES = Array.from({ length: 300 }, (_, number) => `0.${number}`).concat(VERSION);

let standIn: StandIn;
let proxy: FaultProxy;
let watched: WatchedStack;

const badgeOf = (project: string): string => `/version/${project}/badge.svg`;
const roundOf = (projects: readonly string[]) => (number: number) =>
  projects[number % projects.length] ?? '';

/** PyPI's answers of 2016 had no ETag: a 304 would be too small to take long. */
function largeProject(name: string): SampleProject {
  return { name, shows: 'a large answer', releases: RELEASES, shape: 'legacy' };
}

function failFor(projects: readonly string[], mode: Mode): void {
  for (const project of projects) standIn.misbehave({ mode, api: 'pypi', project });
}

/** Clients who ask for the uncached badge of the project that each number stands for. */
function startLoadOf(projectOf: (number: number) => string, clients: number): Load {
  const pathOf = (number: number): string => watched.uncached(badgeOf(projectOf(number)));
  return startLoad(watched.stack.edgeUrl, pathOf, { clients, restMs: 40, maxRequests: Infinity });
}

const expectVerdict = (path: string, verdict: string): Promise<void> =>
  watched.expectVerdict(path, verdict);

beforeAll(async () => {
  standIn = await startPypi(MANY, [...KNOWN, ...UNKNOWN].map(largeProject));
  proxy = await startFaultProxy(Number(new URL(standIn.url).port));
  watched = await startWatchedStack(proxy.urlOf('http'), { FACTS_FRESH_SECONDS: '1' });
  for (const project of KNOWN) {
    await expectVerdict(badgeOf(project), 'ok');
    await watched.askAll(badgeOf(project));
  }
});
afterAll(async () => {
  await watched.close();
  await proxy.close();
  await standIn.close();
});

describe('PyPI fails', () => {
  afterEach(async () => {
    standIn.behave();
    proxy.set({ way: 'open' });
    await watched.recovers();
  });

  test.each(FAULTS)(
    '%s: the known badge is shown, the unknown one says so, and PyPI is asked seldom',
    async (fault, begin) => {
      const [known, unknown] = [`known-${fault}`, `unknown-${fault}`];
      const before = questionsTo(standIn, known);
      const startedAtMs = performance.now();
      begin([known, unknown]);
      const load = startLoadOf(() => known, 8);
      const unknowns = await Promise.all([1, 2, 3].map(() => watched.ask(badgeOf(unknown))));
      await expectVerdict(badgeOf(known), 'stale');
      await load.answered(60);
      const report = await load.stop();
      expectOnly(report, ['ok', 'stale', ...LATE]);
      for (const { verdict } of unknowns) expect(LATE).toContain(verdict);
      const badges = await watched.askAll(badgeOf(known));
      const stale = badges.filter(({ verdict }) => verdict === 'stale');
      for (const { picture } of stale) expect(picture).toContain(`: ${VERSION}"`);

      // Each of the three redirects that are followed is a question.
      const hops = fault === 'redirect-loop' ? 4 : 1;
      const most = NODES * hops * mostQuestions(performance.now() - startedAtMs);
      expect(questionsTo(standIn, known) - before).toBeLessThanOrEqual(most);
      expect(questionsTo(standIn, unknown)).toBeLessThanOrEqual(most);
      tellOutcome(`PyPI: ${fault}`, { knownP50Ms: report.p50 });
    },
  );

  test('badges of the other upstream are as they were', async () => {
    const [known = '', other = ''] = MANY;
    const downloadsOf = (project: string): string => `/d/${project}/badge.svg`;
    await expectVerdict(badgeOf(known), 'ok');
    await expectVerdict(downloadsOf(known), 'ok');
    standIn.misbehave({ mode: '503', api: 'pypi' });
    await expectVerdict(badgeOf(known), 'stale');
    await expectVerdict(downloadsOf(known), 'ok');
    standIn.behave();
    standIn.misbehave({ mode: '503', api: 'pypistats' });
    await expectVerdict(downloadsOf(other), 'unavailable');
    await expectVerdict(badgeOf(other), 'ok');
  });
});

describe('one of the APIs of PyPI fails, on all nodes', () => {
  const statusOf = (project: string): string => `/status/${project}/badge.svg`;
  const provenanceOf = (project: string): string => `/provenance/${project}/badge.svg`;
  const [first = '', second = ''] = MANY.slice(30);
  afterEach(() => standIn.behave());

  test.each(['503', 'hang'] as const)('the Simple API (%s): the JSON API stays', async (mode) => {
    standIn.misbehave({ mode, api: 'simple' });
    const load = startLoadOf((number) => `simple-${number}`, 8);
    for (const project of [first, second]) {
      await expectVerdict(badgeOf(project), 'ok');
      await expectVerdict(statusOf(project), 'stale');
    }
    await expectVerdict(provenanceOf(`never-seen-${mode}`), 'unavailable');
    await load.stop();
    expect(await watched.metric('pypins_upstream_breaker_open', { upstream: 'pypi' })).toBe(0);
    standIn.behave();
    await expectVerdict(statusOf(first), 'ok');
  });

  test('the JSON API: the Simple API stays', async () => {
    await expectVerdict(provenanceOf(first), 'ok');
    standIn.misbehave({ mode: '503', api: 'pypi' });
    await expectVerdict(badgeOf(first), 'stale');
    await expectVerdict(provenanceOf(first), 'ok');
    await expectVerdict(provenanceOf(second), 'ok');
  });
});

describe('all of PyPI is down, and comes back', () => {
  let loads: readonly Load[];
  let downAtMs: number;
  let before: number;
  /** No more than open the breakers, are under way by then, and are tried whenever a breaker has been open for its time. */
  const expectFewQuestions = (): void => {
    const tries = Math.floor((performance.now() - downAtMs) / BREAKER_OPEN_MS);
    const most = NODES * (BREAKER_FAILURES + CONCURRENCY - 1 + tries);
    expect(questionsTo(standIn) - before).toBeLessThanOrEqual(most);
  };
  const openBreakers = (): Promise<number> =>
    watched.metric('pypins_upstream_breaker_open', { upstream: 'pypi' });
  const expectAll = async (verdict: string): Promise<void> => {
    for (const project of SOME) await expectVerdict(badgeOf(project), verdict);
  };

  test('a few failures open the breakers, and what is known is shown', async () => {
    await expectAll('ok');
    before = questionsTo(standIn);
    standIn.misbehave({ mode: '503', api: 'pypi' });
    downAtMs = performance.now();
    const ofKnown = startLoadOf(roundOf(SOME), 8);
    // Never asked about before: no back-off keeps these from PyPI.
    const ofNew = startLoadOf((number) => `new-${number}`, 8);
    loads = [ofKnown, ofNew];
    await ofNew.answered(100);
    await expect.poll(openBreakers).toBe(NODES);
    expectFewQuestions();
    await expectAll('stale');
    expectFewQuestions();
  });

  test('it is back: all is well again, and without a herd', async () => {
    const asked = standIn.requests.length;
    // Slow enough for questions to be seen side by side.
    standIn.misbehave({ mode: 'slow', api: 'pypi', latencyMs: 200 });
    let most = 0;
    const watching = setInterval(() => {
      const waiting = standIn.requests.slice(asked).filter(({ status }) => status === undefined);
      most = Math.max(most, waiting.length);
    }, 20);
    await expectAll('ok');
    clearInterval(watching);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(NODES * CONCURRENCY);
    await expect.poll(openBreakers).toBe(0);
    const [known, unheardOf] = await Promise.all(loads.map((load) => load.stop()));
    standIn.behave();
    for (const report of [known, unheardOf]) expect(report?.faults).toEqual([]);
    expect(Object.keys(unheardOf?.verdicts ?? {})).not.toContain('ok');
    tellOutcome('all of PyPI is down, and back', { known, questionsAtOnce: most });
  });
});

test('every body from PyPI is without end: nothing of it harms a node', async () => {
  standIn.misbehave({ mode: 'endless', api: 'pypi' });
  const load = startLoadOf((number) => `endless-${number % 50}`, 2 * NODES * CONCURRENCY);
  await load.answered(50);
  expectOnly(await load.stop(), LATE);
  standIn.behave();
  expect(await watched.harm()).toEqual([]);
});
