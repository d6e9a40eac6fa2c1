import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { MODES, type Mode } from '../../sample/faults/rules.ts';
import type { StandIn } from '../../sample/stand-in.ts';
import { runCli } from '../support/cli.ts';
import { type LoadReport, startLoad } from '../support/load.ts';
import { tellOutcome } from '../support/outcomes.ts';
import { PURGE_KEY } from '../support/stack.ts';
import { expectAll } from './support/upstream-client.ts';
import { mostQuestions, questionsTo, startPypi } from './support/upstream-pypi.ts';
import { startWatchedStack, type WatchedStack } from './support/upstream-stack.ts';

const FRESH_SECONDS = 1;
const START_MS = 60_000;
/** By as many other URLs, each badge is asked of both nodes. */
const ASKED_AGAIN = 7;

/** All but what is right in its way. */
const FAULTS = MODES.filter((mode) => mode !== 'limited' && mode !== 'nulls');
const FAULTS_OF_ONE = ['503', 'hang'] as const;
const BOTH = ['pypi', 'pypistats'] as const;
type Api = (typeof BOTH)[number];

const KNOWN = FAULTS.map((mode) => `known-${mode}`);
const UNKNOWN = FAULTS.map((mode) => `unknown-${mode}`);
const ONE_ONLY = BOTH.flatMap((api) => FAULTS_OF_ONE.map((mode) => `${api}-${mode}`));
const OTHERS = FAULTS_OF_ONE.map((mode) => `other-${mode}`);

const versionOf = (project: string): string => `/version/${project}/badge.svg`;
const downloadsOf = (project: string): string => `/d/${project}/badge.svg`;

let standIn: StandIn;
let watched: WatchedStack;
/** All projects have the same version, so that this is what all of them show while all is well. */
let wellKnown: string;

beforeAll(async () => {
  standIn = await startPypi([...KNOWN, ...UNKNOWN, ...ONE_ONLY, ...OTHERS]);
  watched = await startWatchedStack(standIn.url, { FACTS_FRESH_SECONDS: `${FRESH_SECONDS}` });
  const badges = await Promise.all(KNOWN.map((project) => watched.ask(versionOf(project))));
  expectAll(badges, 'ok');
  wellKnown = badges[0]?.picture ?? '';
  // Both nodes know all of them then: on a machine that is busy enough, Redis may miss what one of them writes.
  for (let more = 0; more < ASKED_AGAIN; more += 1)
    await Promise.all(KNOWN.map((project) => watched.ask(versionOf(project))));
  // A tenth longer than it is fresh, at the most.
  await delay(FRESH_SECONDS * 1_100);
}, START_MS);

afterAll(async () => {
  await watched.close();
  await standIn.close();
}, START_MS);

afterEach(async () => {
  standIn.behave();
  await watched.recovers();
}, START_MS);

/** What so many clients at once see of a badge, in so many answers. */
async function loadOf(path: string, clients: number, answers: number): Promise<LoadReport> {
  const nextPath = (): string => watched.uncached(path);
  const load = startLoad(watched.stack.edgeUrl, nextPath, { clients, maxRequests: answers });
  await load.answered(answers);
  return load.stop();
}

/** Some of the faults have a client wait for as long as the promise lets it: few of them are enough. */
async function loadOfBoth(known: string, unknown: string): Promise<[LoadReport, LoadReport]> {
  return Promise.all([loadOf(known, 8, 60), loadOf(unknown, 3, 3)]);
}

function expectOnly(report: LoadReport, verdict: string): void {
  const { faults, verdicts, asked } = report;
  expect({ faults, verdicts }).toEqual({ faults: [], verdicts: { [verdict]: asked } });
}

describe('one project fails at PyPI', () => {
  /** A redirect costs a question of its own, and so do the three that are followed. */
  const questionsAtOnce = (mode: Mode): number => (mode === 'redirect-loop' ? 4 : 1);

  test.each(FAULTS)('%s', async (mode) => {
    const [known, unknown] = [`known-${mode}`, `unknown-${mode}`];
    const before = questionsTo(standIn, known);
    const startedAtMs = performance.now();
    for (const project of [known, unknown])
      standIn.misbehave({ mode, api: 'pypi', project, location: 'http://127.0.0.2:9' });

    const [ofKnown, ofUnknown] = await loadOfBoth(versionOf(known), versionOf(unknown));
    expectOnly(ofKnown, 'stale');
    expect((await watched.ask(versionOf(known))).picture).toBe(wellKnown);
    // An answer is old by what was known before: where nothing was, it is an answer.
    expectOnly(ofUnknown, mode === 'wrong-serial' ? 'ok' : 'unavailable');

    const asked = [questionsTo(standIn, known) - before, questionsTo(standIn, unknown)];
    const most = mostQuestions(performance.now() - startedAtMs) * questionsAtOnce(mode);
    expect(Math.min(...asked)).toBeGreaterThan(0);
    expect(Math.max(...asked)).toBeLessThanOrEqual(most);
    const waited = { knownP50Ms: ofKnown.p50, unknownP50Ms: ofUnknown.p50 };
    tellOutcome(`PyPI, one project: ${mode}`, { ...waited, questions: asked });
  });
});

describe('one of the two upstreams fails', () => {
  const badges = { pypi: versionOf, pypistats: downloadsOf };

  /** Makes all that is known of the project due: downloads are fresh for a day. */
  async function expire(project: string): Promise<void> {
    const { purgeUrl: VARNISH_URLS, redisUrl: REDIS_URL } = watched.stack;
    const { code } = await runCli(['purge', project], { VARNISH_URLS, PURGE_KEY, REDIS_URL });
    expect(code).toBe(0);
  }

  /** What is left of the budget towards pypistats.org is no part of a case. */
  afterEach(async () => {
    const redis = new Redis(watched.stack.redisUrl);
    await redis.del(await redis.keys('pypins:*:budget:*'));
    redis.disconnect();
  });

  test.each(BOTH.flatMap((api) => FAULTS_OF_ONE.map((mode) => [api, mode] as const)))(
    '%s: %s',
    async (broken: Api, mode) => {
      const whole = broken === 'pypi' ? 'pypistats' : 'pypi';
      const known = `${broken}-${mode}`;
      for (const badge of Object.values(badges))
        expect(await watched.ask(badge(known))).toMatchObject({ verdict: 'ok' });
      await expire(known);
      standIn.misbehave({ mode, api: broken });

      const unknown = `${broken === 'pypi' ? 'nobody' : 'other'}-${mode}`;
      const [ofKnown, ofUnknown] = await loadOfBoth(badges[broken](known), badges[broken](unknown));
      expectOnly(ofKnown, 'stale');
      expectOnly(ofUnknown, 'unavailable');
      // It may be asked for the project that the other one has not confirmed, which takes a moment.
      await expect
        .poll(() => watched.ask(badges[whole](known)), { timeout: 20_000 })
        .toMatchObject({ verdict: 'ok' });
    },
    START_MS,
  );
});

test('nothing of it harms a node', async () => {
  expect(await watched.harm()).toEqual([]);
});
