import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStandIn, type StandIn } from '../../sample/stand-in.ts';
import type { Stack } from '../../stack/start-stack.ts';
import { startLoad } from '../support/load/load.ts';
import { tellOutcome } from '../support/load/outcomes.ts';
import { startTestStack } from '../support/service/stack.ts';
import { watchBudgets } from './support/budgets.ts';

/*
 * Somebody asks for far too much, and others go on. Addresses come by X-Forwarded-For, which edge and nodes believe from
 * this machine. How long others wait meanwhile is measured by the benchmark: it is the machine's as much as ours.
 */
const MEBIBYTE = 1024 * 1024;
const CACHE_MAX_BYTES = 8 * MEBIBYTE;
const MEMORY_MAX_BYTES = 16 * MEBIBYTE;
const DRAWING_QUEUE = 256;
/** Twice what is promised. */
const MAX_RSS_BYTES = 500 * MEBIBYTE;
/** So few that a flood meets them however slow the machine is. */
const [BURST, PER_SECOND] = [100, 1];
/** What pypistats.org is asked in a quarter of a minute. */
const COUNTS_PER_QUARTER = 5;
const OTHERS = ['requests', 'flask', 'django', 'numpy'];
const OTHERS_REQUESTS = 100;
const REQUESTS_PER_OTHER = 2;
const WIDE = 'W'.repeat(256);
const WALKED = 800;
const NAMES = Array.from({ length: WALKED }, (_, number) => `walked-${number}`);

let standIn: StandIn;
let stack: Stack;
beforeAll(async () => {
  const projects = [...OTHERS, ...NAMES].map((name) => ({ name, shows: '', releases: ['1.0'] }));
  standIn = createStandIn({ projects, maxLoggedRequests: 20_000 });
  await standIn.listen();
  stack = await startTestStack({
    upstreamUrl: standIn.url,
    settings: {
      LIMIT_EXEMPT: 'none',
      LIMIT_BURST: `${BURST}`,
      LIMIT_PER_SECOND: `${PER_SECOND}`,
      CACHE_MAX_BYTES: `${CACHE_MAX_BYTES}`,
    },
  });
});
afterAll(async () => {
  await stack.close();
  await standIn.close();
});

/** Half of it is at the edge already; a quarter has to be drawn. */
const othersPath = (what: string) => (number: number) => {
  const project = OTHERS[number % 4];
  if (number % 2 === 0) return `/version/${project}/badge.png`;
  const label = encodeURIComponent(`${what} ${number}`);
  return `/version/${project}/badge.${number % 4 === 1 ? 'png' : 'svg'}?label=${label}`;
};
/** Others are readers behind many addresses, each of which asks for little. */
const othersAddress = (number: number): string => {
  const reader = Math.floor(number / REQUESTS_PER_OTHER);
  return `192.${reader >> 16}.${(reader >> 8) & 255}.${reader & 255}`;
};

interface Flood {
  readonly pathOf: (number: number) => string;
  readonly requests: number;
  readonly clients?: number;
  /** How many addresses it comes from; one where left out. */
  readonly addresses?: number;
  /** How many good answers, and how many requests at the upstreams, it may come to in so many seconds. */
  readonly mayCost: (seconds: number) => number;
  readonly isLimited: boolean;
}

const limitOf = (seconds: number): number => BURST + PER_SECOND * (seconds + 1);
const FLOODS: readonly (readonly [what: string, flood: Flood])[] = [
  [
    'a scraper that walks every package',
    {
      pathOf: (n) => `/version/${NAMES[n % WALKED]}/badge.svg`,
      requests: WALKED,
      mayCost: limitOf,
      isLimited: true,
    },
  ],
  [
    'a scraper that walks all downloads',
    {
      pathOf: (n) => `/d/${NAMES[n]}/badge.svg`,
      requests: 60,
      mayCost: limitOf,
      isLimited: false,
    },
  ],
  [
    'unique URLs of one badge',
    {
      pathOf: (n) => `/version/flask/badge.png?cachebust=${n}`,
      requests: 1_000,
      mayCost: () => 1_000,
      isLimited: false,
    },
  ],
  [
    'five hundred at once of what is at the edge',
    {
      pathOf: () => '/version/flask/badge.png',
      requests: 1_000,
      clients: 500,
      mayCost: () => 1_000,
      isLimited: false,
    },
  ],
  [
    'unique labels',
    {
      pathOf: (n) => `/version/flask/badge.svg?label=unique-${n}`,
      requests: 800,
      mayCost: limitOf,
      isLimited: true,
    },
  ],
  [
    'unique labels in raster, of 200 addresses',
    {
      pathOf: (n) => `/badge/${n}-${'flood'.repeat(12)}-red.jpg?scale=4&style=flat-square`,
      requests: 400,
      addresses: 200,
      mayCost: () => 400,
      isLimited: false,
    },
  ],
  [
    'pictures of faults, as large as there are, all at once',
    {
      pathOf: (n) => `/nothing/${n}.gif?scale=4&label=fault-${n}${WIDE}`,
      requests: 400,
      clients: 100,
      mayCost: limitOf,
      isLimited: true,
    },
  ],
  [
    'pictures as large as there are, all at once',
    {
      pathOf: (n) => `/badge/${n}-${WIDE}-red.gif?scale=4`,
      requests: 500,
      clients: 500,
      mayCost: limitOf,
      isLimited: true,
    },
  ],
];

test.each(FLOODS)('%s: others are neither limited nor told to wait', async (what, flood) => {
  const { pathOf, mayCost, isLimited, requests, clients = 32, addresses = 1 } = flood;
  const budgets = watchBudgets(stack.adminUrls);
  const readers = { clients: 4, maxRequests: Infinity, addressOf: othersAddress };
  const others = startLoad(stack.edgeUrl, othersPath(what), readers);
  await others.answered(OTHERS_REQUESTS);
  const before = standIn.requests.length;
  const startedAtMs = performance.now();
  const flooding = startLoad(stack.edgeUrl, pathOf, {
    clients,
    maxRequests: requests,
    restMs: 0,
    statuses: [200, 429],
    addressOf: (number) =>
      `198.${FLOODS.findIndex(([name]) => name === what)}.0.${number % addresses}`,
  });
  await flooding.answered(requests);
  const flooded = await flooding.stop();
  const seconds = (performance.now() - startedAtMs) / 1000;
  const asked = standIn.requests.slice(before).map(({ path }) => path);
  await others.answered(OTHERS_REQUESTS);
  const meanwhile = await others.stop();
  const peaks = await budgets.stop();
  tellOutcome(`flood: ${what}`, { others: meanwhile, flood: flooded, peaks });

  expect(flooded.faults).toEqual([]);
  expect(flooded.verdicts['ok'] ?? 0).toBeLessThanOrEqual(mayCost(seconds));
  expect((flooded.verdicts['limited'] ?? 0) > 0).toBe(isLimited);
  expect(asked.length).toBeLessThanOrEqual(mayCost(seconds));
  const counts = asked.filter((path) => path.startsWith('/api/')).length;
  expect(counts).toBeLessThanOrEqual(COUNTS_PER_QUARTER * (Math.ceil(seconds / 15) + 1));
  expect(meanwhile.faults).toEqual([]);
  expect(meanwhile.verdicts).not.toHaveProperty('limited');
  expect(meanwhile.verdicts).not.toHaveProperty('busy');
  expect(peaks.memoryBytes).toBeLessThanOrEqual(MEMORY_MAX_BYTES);
  expect(peaks.rssBytes).toBeLessThan(MAX_RSS_BYTES);
  expect(peaks.diskBytes).toBeLessThanOrEqual(CACHE_MAX_BYTES);
  expect(peaks.drawingWaiting).toBeLessThanOrEqual(DRAWING_QUEUE);
});
