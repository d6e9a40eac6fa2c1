import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStandIn, type StandIn } from '../../sample/stand-in.ts';
import type { Stack } from '../../stack/start-stack.ts';
import { type LoadReport, startLoad } from '../support/load.ts';
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
 * this machine; the others have an address of their own, without a limit at the edge and with one at the nodes.
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
const [CALM_REQUESTS, OTHER_CLIENTS] = [400, 4];

const LETTERS = 'abcdefghijklm'.split('');
const NAMES = LETTERS.flatMap((a) => LETTERS.flatMap((b) => LETTERS.map((c) => `${a}${b}${c}`)));
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

/** What others see for a while in which nobody floods. */
async function seenByOthers(what: string): Promise<LoadReport> {
  const load = startLoad(stack.edgeUrl, othersPath(what), { clients: OTHER_CLIENTS });
  await load.answered(CALM_REQUESTS);
  return load.stop();
}

interface Case {
  readonly options: FloodOptions;
  /** How many good answers, and how many requests at the upstreams, the flood may come to in so many seconds. */
  readonly mayCost: (seconds: number) => number;
  readonly isLimited: boolean;
}

const one = (last: number) => (): string => `203.0.113.${last}`;
const limitOf = (seconds: number): number => BURST + PER_SECOND * (seconds + 1);
const CASES: readonly [what: string, of: Case][] = [
  [
    'a scraper that walks every package',
    {
      options: {
        pathOf: (n) => `/version/${NAMES[n % NAMES.length]}/badge.svg`,
        addressOf: one(1),
        requests: 2_000,
      },
      mayCost: limitOf,
      isLimited: true,
    },
  ],
  [
    'a scraper that walks all downloads',
    {
      options: {
        pathOf: (n) => `/d/${NAMES[n % NAMES.length]}/badge.svg`,
        addressOf: one(5),
        requests: 60,
      },
      mayCost: limitOf,
      isLimited: false,
    },
  ],
  [
    'unique URLs of one badge',
    {
      options: {
        pathOf: (n) => `/version/flask/badge.png?cachebust=${n}`,
        addressOf: one(2),
        requests: 2_000,
      },
      mayCost: () => 2_000,
      isLimited: false,
    },
  ],
  [
    'unique labels',
    {
      options: {
        pathOf: (n) => `/version/flask/badge.svg?label=${n}`,
        addressOf: one(3),
        requests: 2_000,
      },
      mayCost: limitOf,
      isLimited: true,
    },
  ],
  [
    'unique labels in raster, of 200 addresses',
    {
      options: {
        pathOf: (n) => `/badge/${n}-${'flood'.repeat(12)}-red.jpg?scale=4&style=flat-square`,
        addressOf: (n) => `198.51.100.${n % 200}`,
        requests: 600,
      },
      mayCost: () => 600,
      isLimited: false,
    },
  ],
  [
    'pictures of faults, as large as there are, all at once',
    {
      options: {
        pathOf: (n) => `/nothing/${n}.gif?scale=4&label=${n}${WIDE}`,
        addressOf: one(6),
        requests: 1_000,
        clients: 100,
      },
      mayCost: limitOf,
      isLimited: true,
    },
  ],
  [
    'pictures as large as there are, all at once',
    {
      options: {
        pathOf: (n) => `/badge/${n}-${WIDE}-red.gif?scale=4`,
        addressOf: one(4),
        requests: 1_000,
        clients: 500,
      },
      mayCost: limitOf,
      isLimited: true,
    },
  ],
];

test.each(CASES)(
  '%s',
  async (what, { options, mayCost, isLimited }) => {
    const before = await seenByOthers(`${what}, before `);

    const budgets = watchBudgets(stack.adminUrls);
    const others = startLoad(stack.edgeUrl, othersPath(what), { clients: OTHER_CLIENTS });
    const upstream = standIn.requests.length;
    const report = await flooder.flood(stack.edgeUrl, options);
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
  START_MS,
);
