import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStandIn, type StandIn } from '../../sample/stand-in.ts';
import type { Stack } from '../../stack/start-stack.ts';
import { type Load, type LoadReport, startLoad } from '../support/load.ts';
import { tellOutcome } from '../support/outcomes.ts';
import { startTestStack } from '../support/stack.ts';
import {
  type Flooder,
  type FloodOptions,
  startFlooder,
  watchBudgets,
} from './support/hostile-flood.ts';

/*
 * Somebody asks for far too much, and others go on. Addresses come by X-Forwarded-For, which edge and nodes believe from
 * this machine. What a flood does to others is told, not asserted: it is the machine's as much as ours.
 */
const START_MS = 60_000;
const MEBIBYTE = 1024 * 1024;
const CACHE_MAX_BYTES = 8 * MEBIBYTE;
const MEMORY_MAX_BYTES = 16 * MEBIBYTE;
const DRAWING_QUEUE = 256;
/** Twice what is promised. */
const MAX_RSS_BYTES = 500 * MEBIBYTE;
/** The edge's limits, which are the nodes' as well. */
const [BURST, PER_SECOND] = [500, 50];
/** What pypistats.org is asked in a quarter of a minute. */
const COUNTS_PER_QUARTER = 5;
const CALM_REQUESTS = 400;
const [OTHER_CLIENTS, OTHER_ADDRESSES] = [4, 16];

const LETTERS = 'abcdefghijklmnop'.split('');
const NAMES = LETTERS.flatMap((a) => LETTERS.flatMap((b) => LETTERS.map((c) => `${a}${b}${c}`)));
const WALKED = 2_000;
const OTHERS = ['requests', 'flask', 'django', 'numpy'];
const WIDE = 'W'.repeat(256);

let standIn: StandIn;
let stack: Stack;
let flooder: Flooder;
beforeAll(async () => {
  const projects = [...OTHERS, ...NAMES].map((name) => ({ name, shows: '', releases: ['1.0'] }));
  standIn = createStandIn({ projects, maxLoggedRequests: 20_000 });
  await standIn.listen();
  stack = await startTestStack({
    upstreamUrl: standIn.url,
    settings: { LIMIT_EXEMPT: 'none', CACHE_MAX_BYTES: `${CACHE_MAX_BYTES}` },
  });
  flooder = await startFlooder();
  // Processes that have just started are slower than any flood makes them.
  const last = (n: number): string => `/version/${NAMES.at(-n)}/badge.svg`;
  await flooder.flood(stack.edgeUrl, { pathOf: last, addressOf: one(8, 0), requests: 90 });
  await seenByOthers('at first');
}, START_MS);
afterAll(async () => {
  flooder.stop();
  await stack.close();
  await standIn.close();
}, START_MS);

/** Half of it is at the edge already; a quarter has to be drawn. */
const othersPath = (what: string) => {
  const label = encodeURIComponent(what);
  return (number: number): string => {
    const project = OTHERS[number % 4];
    if (number % 2 === 0) return `/version/${project}/badge.png`;
    return `/version/${project}/badge.${number % 4 === 1 ? 'png' : 'svg'}?label=${label}+${number}`;
  };
};

/** Others are readers behind addresses that each ask for little. */
function startOthers(what: string): Load {
  return startLoad(stack.edgeUrl, othersPath(what), {
    clients: OTHER_CLIENTS,
    addressOf: (number) => `192.0.2.${Math.floor(number / 4) % OTHER_ADDRESSES}`,
  });
}

/** What others see for a while in which nobody floods. */
async function seenByOthers(what: string): Promise<LoadReport> {
  const load = startOthers(what);
  await load.answered(CALM_REQUESTS);
  return load.stop();
}

interface Case {
  /** A second try finds nothing of the first: neither what was asked for, nor the addresses that asked. */
  readonly options: (attempt: number) => FloodOptions;
  /** How many good answers, and how many requests at the upstreams, the flood may come to in so many seconds. */
  readonly mayCost: (seconds: number) => number;
  readonly isLimited: boolean;
}

const walk = (kind: string, attempt: number) => (n: number) =>
  `/${kind}/${NAMES[(attempt - 1) * WALKED + n]}/badge.svg`;
const one = (last: number, attempt: number) => (): string => `203.0.113.${10 * attempt + last}`;
const limitOf = (seconds: number): number => BURST + PER_SECOND * (seconds + 1);
const CASES: readonly [what: string, of: Case][] = [
  [
    'a scraper that walks every package',
    {
      options: (attempt) => ({
        pathOf: walk('version', attempt),
        addressOf: one(1, attempt),
        requests: WALKED,
      }),
      mayCost: limitOf,
      isLimited: true,
    },
  ],
  [
    'a scraper that walks all downloads',
    {
      options: (attempt) => ({
        pathOf: walk('d', attempt),
        addressOf: one(5, attempt),
        requests: 60,
      }),
      mayCost: limitOf,
      isLimited: false,
    },
  ],
  [
    'unique URLs of one badge',
    {
      options: (attempt) => ({
        pathOf: (n) => `/version/flask/badge.png?cachebust=${attempt}.${n}`,
        addressOf: one(2, attempt),
        requests: 2_000,
      }),
      mayCost: () => 2_000,
      isLimited: false,
    },
  ],
  [
    'five hundred at once of what is at the edge',
    {
      options: (attempt) => ({
        pathOf: () => '/version/flask/badge.png',
        addressOf: one(7, attempt),
        requests: 1_000,
        clients: 500,
      }),
      mayCost: () => 1_000,
      isLimited: false,
    },
  ],
  [
    'unique labels',
    {
      options: (attempt) => ({
        pathOf: (n) => `/version/flask/badge.svg?label=${attempt}.${n}`,
        addressOf: one(3, attempt),
        requests: 2_000,
      }),
      mayCost: limitOf,
      isLimited: true,
    },
  ],
  [
    'unique labels in raster, of 200 addresses',
    {
      options: (attempt) => ({
        pathOf: (n) =>
          `/badge/${attempt}.${n}-${'flood'.repeat(12)}-red.jpg?scale=4&style=flat-square`,
        addressOf: (n) => `198.18.${attempt}.${n % 200}`,
        requests: 600,
      }),
      mayCost: () => 600,
      isLimited: false,
    },
  ],
  [
    'pictures of faults, as large as there are, all at once',
    {
      options: (attempt) => ({
        pathOf: (n) => `/nothing/${n}.gif?scale=4&label=${attempt}.${n}${WIDE}`,
        addressOf: one(6, attempt),
        requests: 1_000,
        clients: 100,
      }),
      mayCost: limitOf,
      isLimited: true,
    },
  ],
  [
    'pictures as large as there are, all at once',
    {
      options: (attempt) => ({
        pathOf: (n) => `/badge/${attempt}.${n}-${WIDE}-red.gif?scale=4`,
        addressOf: one(4, attempt),
        requests: 1_000,
        clients: 500,
      }),
      mayCost: limitOf,
      isLimited: true,
    },
  ],
];

test.for(CASES)(
  '%s',
  { timeout: START_MS },
  async ([what, { options, mayCost, isLimited }], { task }) => {
    const attempt = 1 + (task.result?.retryCount ?? 0);
    const budgets = watchBudgets(stack.adminUrls);
    const before = await seenByOthers(`${what}, before ${attempt}`);
    const others = startOthers(`${what} ${attempt}`);
    const upstream = standIn.requests.length;
    const report = await flooder.flood(stack.edgeUrl, options(attempt));
    const asked = standIn.requests.slice(upstream).map(({ path }) => path);
    await others.answered(CALM_REQUESTS);
    const during = await others.stop();
    const peaks = await budgets.stop();
    tellOutcome(`flood: ${what}`, { before, during, flood: report, peaks });

    expect(report.faults).toEqual([]);
    expect(report.answers['200 ok'] ?? 0).toBeLessThanOrEqual(mayCost(report.seconds));
    expect(asked.length).toBeLessThanOrEqual(mayCost(report.seconds));
    expect(asked.filter((path) => path.startsWith('/api/')).length).toBeLessThanOrEqual(
      COUNTS_PER_QUARTER * (Math.ceil(report.seconds / 15) + 1),
    );
    expect((report.answers['429 limited'] ?? 0) > 0).toBe(isLimited);
    expect(during.faults).toEqual([]);
    expect(during.verdicts['limited'] ?? 0).toBe(0);
    expect((during.verdicts['ok'] ?? 0) / during.asked).toBeGreaterThan(0.8);
    expect(peaks.memoryBytes).toBeLessThanOrEqual(MEMORY_MAX_BYTES);
    expect(peaks.rssBytes).toBeLessThan(MAX_RSS_BYTES);
    expect(peaks.diskBytes).toBeLessThanOrEqual(CACHE_MAX_BYTES);
    expect(peaks.drawingWaiting).toBeLessThanOrEqual(DRAWING_QUEUE);
  },
);
