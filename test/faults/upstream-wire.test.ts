import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { SampleProject } from '../../sample/projects/project.ts';
import type { StandIn } from '../../sample/stand-in.ts';
import { type FaultProxy, startFaultProxy, type WayFault } from '../support/fault-proxy.ts';
import { type LoadReport, startLoad } from '../support/load.ts';
import { tellOutcome } from '../support/outcomes.ts';
import { type Badge, expectAll } from './support/upstream-client.ts';
import { mostQuestions, questionsTo, startPypi, VERSION } from './support/upstream-pypi.ts';
import { startWatchedStack, type WatchedStack } from './support/upstream-stack.ts';

const START_MS = 60_000;
const PATIENCE = { timeout: 20_000, interval: 50 };
const FRESH_SECONDS = 1;

/** Ways on which no answer of PyPI comes in time. */
const WAYS: readonly (readonly [string, WayFault])[] = [
  ['a kilobyte a second', { way: 'open', bytesPerSecond: 1_000 }],
  ['a black hole', { way: 'black-hole' }],
  ['open in one direction', { way: 'half-open' }],
  ['late by 3 s each way', { way: 'open', latencyMs: 3_000 }],
  ['reset', { way: 'reset' }],
];
const SLOW = 'late by 0.3 s each way';

const slug = (way: string): string => way.replaceAll(/[^a-z0-9]+/g, '-');
const PROJECTS = [SLOW, ...WAYS.map(([way]) => way)].map(slug);
const KNOWN = PROJECTS.map((name) => `known-${name}`);
const UNKNOWN = PROJECTS.map((name) => `unknown-${name}`);
/** The digests of so many files make an answer of many kilobytes, compressed. */
const RELEASES = Array.from({ length: 300 }, (_, number) => `0.${number}`).concat(VERSION);

let standIn: StandIn;
let proxy: FaultProxy;
let watched: WatchedStack;
/** All projects have the same version, so that this is what all of them show while all is well. */
let wellKnown: string;

const badgeOf = (project: string): string => `/version/${project}/badge.svg`;

/** PyPI's answers of 2016 had no ETag: a 304 would be too small to take long. */
function largeProject(name: string): SampleProject {
  return { name, shows: 'a large answer', releases: RELEASES, shape: 'legacy' };
}

beforeAll(async () => {
  standIn = await startPypi([], [...KNOWN, ...UNKNOWN].map(largeProject));
  proxy = await startFaultProxy(Number(new URL(standIn.url).port));
  const settings = { FACTS_FRESH_SECONDS: `${FRESH_SECONDS}` };
  watched = await startWatchedStack(proxy.urlOf('http'), settings);
  const badges = await Promise.all(KNOWN.map((project) => watched.ask(badgeOf(project))));
  expectAll(badges, 'ok');
  wellKnown = badges[0]?.picture ?? '';
  // A tenth longer than it is fresh, at the most.
  await delay(FRESH_SECONDS * 1_100);
}, START_MS);

afterAll(async () => {
  await watched.close();
  await proxy.close();
  await standIn.close();
}, START_MS);

afterEach(async () => {
  proxy.set({ way: 'open' });
  await watched.recovers();
}, START_MS);

/** What clients see of a project that is known, under load, and of one that is not. */
async function seeBoth(known: string, unknown: string): Promise<[LoadReport, Badge[]]> {
  const nextPath = (): string => watched.uncached(badgeOf(known));
  const load = startLoad(watched.stack.edgeUrl, nextPath, { clients: 8, maxRequests: 200 });
  const badges = await Promise.all([1, 2, 3].map(() => watched.ask(badgeOf(unknown))));
  await load.answered(60);
  const report = await load.stop();
  expect((await watched.ask(badgeOf(known))).picture).toBe(wellKnown);
  return [report, badges];
}

function tell(way: string, { p50 }: LoadReport, badges: readonly Badge[]): void {
  const unknownMs = Math.round(Math.max(...badges.map(({ ms }) => ms)));
  tellOutcome(`the way to PyPI is ${way}`, { knownP50Ms: p50, unknownMs });
}

test.each(WAYS)('the way to PyPI is %s: what is known is shown', async (way, fault) => {
  const [known, unknown] = [`known-${slug(way)}`, `unknown-${slug(way)}`];
  const before = questionsTo(standIn, known);
  const startedAtMs = performance.now();
  proxy.set(fault);
  const [report, badges] = await seeBoth(known, unknown);
  const { faults, verdicts, asked } = report;
  expect({ faults, verdicts }).toEqual({ faults: [], verdicts: { stale: asked } });
  expectAll(badges, 'unavailable');
  const questions = [questionsTo(standIn, known) - before, questionsTo(standIn, unknown)];
  const most = mostQuestions(performance.now() - startedAtMs);
  expect(Math.max(...questions)).toBeLessThanOrEqual(most);
  tell(way, report, badges);
});

test(`the way to PyPI is ${SLOW}: what is not known is waited for`, async () => {
  proxy.set({ way: 'open', latencyMs: 300 });
  const [report, badges] = await seeBoth(`known-${slug(SLOW)}`, `unknown-${slug(SLOW)}`);
  expect(report.faults).toEqual([]);
  expectAll(badges, 'ok');
  tell(SLOW, report, badges);
});

test('the way is open: all is well again', async () => {
  for (const project of [...KNOWN, ...UNKNOWN])
    await expect
      .poll(() => watched.ask(badgeOf(project)), PATIENCE)
      .toMatchObject({ verdict: 'ok', picture: wellKnown });
});

test('nothing of it harms a node', async () => {
  expect(await watched.harm()).toEqual([]);
});
