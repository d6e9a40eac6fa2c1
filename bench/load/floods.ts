import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type LoadReport, startLoad } from '../../test/support/load/load.ts';
import { startTestStack } from '../../test/support/service/stack.ts';
import { type Figure, type Measured, median, withSpread } from '../report/figures.ts';
import type { BenchOptions } from '../options.ts';
import { startProgram } from '../servers/processes.ts';

/** What others may wait for, against what they wait for in calm. */
const MAX_RATIO = 5;
const MAX_ROUNDS = 5;
const OTHER_CLIENTS = 4;
const OTHER_ADDRESSES = 16;
const CALM_REQUESTS = 400;
const WIDE = 'W'.repeat(256);
const SENTENCE = 'flood'.repeat(12);

interface Flood {
  readonly what: string;
  /** With NEW where each request has a number of its own, and ROUND that of the round. */
  readonly path: string;
  readonly requests: number;
  readonly clients?: number;
  readonly addresses?: number;
}

const FLOODS: readonly Flood[] = [
  { what: 'every package', path: '/version/ROUND-NEW/badge.svg', requests: 2_000 },
  { what: 'all downloads', path: '/d/ROUND-NEW/badge.svg', requests: 60 },
  { what: 'unique URLs of one badge', path: '/version/o-1/badge.png?x=ROUNDxNEW', requests: 2_000 },
  { what: 'one badge', path: '/version/o-1/badge.png', requests: 1_000, clients: 500 },
  { what: 'unique labels', path: '/version/o-1/badge.svg?label=ROUNDxNEW', requests: 2_000 },
  {
    what: 'unique labels in raster, of 200 addresses',
    path: `/badge/ROUNDxNEW-${SENTENCE}-red.jpg?scale=4&style=flat-square`,
    requests: 600,
    addresses: 200,
  },
  {
    what: 'the largest pictures of faults',
    path: `/nothing/NEW.gif?scale=4&label=ROUNDxNEW${WIDE}`,
    requests: 1_000,
    clients: 100,
  },
  {
    what: 'the largest pictures',
    path: `/badge/ROUNDxNEW-${WIDE}-red.gif?scale=4`,
    requests: 1_000,
    clients: 500,
  },
];

/** Floods the whole stack, and measures how long other clients wait before the flood and during it. */
export async function measureFloods({ rounds }: BenchOptions): Promise<Measured> {
  const upstream = await startProgram('upstream.ts', [], {});
  const stack = await startTestStack({
    upstreamUrl: upstream.url,
    settings: { LIMIT_EXEMPT: 'none' },
  });
  const flooder = fork(join(import.meta.dirname, 'flood.ts'), { execArgv: [] });
  await once(flooder, 'message');
  // Processes that have just started are slower than any flood makes them.
  for (let round = 0; round < 3; round += 1) await othersWhile(stack.edgeUrl);
  const figures: Figure[] = [];
  for (const [index, flood] of FLOODS.entries()) {
    const seen: Seen[] = [];
    for (let round = 1; round <= Math.min(rounds, MAX_ROUNDS); round += 1) {
      const before = await othersWhile(stack.edgeUrl);
      const during = await othersWhile(stack.edgeUrl, () =>
        send(flooder, stack.edgeUrl, flood, 10 * index + round),
      );
      seen.push({ before, during });
    }
    figures.push(figureOf(flood, index, seen));
  }
  flooder.disconnect();
  await stack.close();
  await upstream.stop();
  return { figures };
}

interface Seen {
  readonly before: LoadReport;
  readonly during: LoadReport;
}

/** Requests of other readers during a flood: half of them hit the edge, and a quarter have to be drawn. */
async function othersWhile(origin: string, flood?: () => Promise<void>): Promise<LoadReport> {
  const serial = Math.floor(performance.now());
  const pathOf = (number: number): string => {
    const badge = `/version/o-${number % 4}/badge`;
    if (number % 2 === 0) return `${badge}.png`;
    return `${badge}.${number % 4 === 1 ? 'png' : 'svg'}?label=${serial}+${number}`;
  };
  const load = startLoad(origin, pathOf, {
    clients: OTHER_CLIENTS,
    maxRequests: Infinity,
    addressOf: (number) => `192.0.2.${Math.floor(number / 4) % OTHER_ADDRESSES}`,
  });
  await flood?.();
  await load.answered(CALM_REQUESTS);
  return load.stop();
}

/** A second round finds nothing of the first: neither what was asked for, nor the addresses that asked. */
async function send(
  flooder: ChildProcess,
  origin: string,
  { path, requests, clients = 32, addresses = 1 }: Flood,
  serial: number,
): Promise<void> {
  flooder.send({
    origin,
    path: path.replace('ROUND', `${serial}`),
    requests,
    clients,
    addresses: Array.from({ length: addresses }, (_, number) => `198.18.${serial}.${number}`),
  });
  await once(flooder, 'message');
}

function figureOf({ what }: Flood, index: number, seen: readonly Seen[]): Figure {
  const ratios = seen.map(({ before, during }) => during.p99 / Math.max(1, before.p99));
  const refused = seen.reduce((sum, { during: { verdicts, faults } }) => {
    const { limited = 0, busy = 0 } = verdicts;
    return sum + limited + busy + faults.length;
  }, 0);
  const p99 = (of: 'before' | 'during') => median(seen.map((each) => each[of].p99));
  const slowest = Math.max(...seen.map(({ during }) => during.slowest));
  return {
    key: `flood-${index + 1}`,
    what: `flood of ${what}: others' p99 against that in calm; both, and the slowest, in ms; refused`,
    measured: `${withSpread(ratios, 1)}; ${p99('before')}, ${p99('during')}, ${slowest}; ${refused}`,
    goal: `≤ ${MAX_RATIO}; none`,
    met: median(ratios) <= MAX_RATIO && refused === 0,
  };
}
