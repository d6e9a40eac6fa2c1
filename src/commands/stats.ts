import type { Command } from 'commander';
import { readAdminUrl } from '../admin-address.ts';
import { createOutput, finish, inColumns, JSON_OPTION, type Output, reasonOf } from './output.ts';
import { ADMIN_EXAMPLE, checkUrls } from './urls.ts';
import { type Sample, scrape, sumOf } from './scrape.ts';

const MAX_KINDS = 5;

/** `pypins stats`. */
export function define(command: Command): void {
  command
    .argument('[nodes...]', 'URLs of admin ports (default: the one of this machine)')
    .option(...JSON_OPTION)
    .action(async (nodes: string[], { json = false }: { readonly json?: boolean }) => {
      const isNamed = nodes.length > 0;
      const urls = isNamed ? checkUrls(nodes, ADMIN_EXAMPLE) : [readAdminUrl('ADMIN_PORT')];
      const stats = await collectStats(urls);
      const output = createOutput();
      finish(printStats(stats, json, output));
      if (stats.answered === 0 && !isNamed)
        output.note(`Start it, or name the admin ports: pypins stats ${ADMIN_EXAMPLE} …`);
    });
}

/** Sums of the nodes' metrics. */
export interface Stats {
  /** Number of nodes whose metrics these are. */
  readonly answered: number;
  readonly requests: number;
  /** Tier → share of hits; undefined without look-ups. */
  readonly hitRatio: Readonly<Record<string, number | undefined>>;
  readonly upstreamRequests: Readonly<Record<string, number>>;
  /** Undefined if no node has looked. */
  readonly pypistatsBudgetLeft: number | undefined;
  /** Kinds with the most requests at the API, which are misses of the edge. */
  readonly topMisses: readonly { kind: string; requests: number }[];
  /** Nodes without metrics, and why. */
  readonly failures: readonly { readonly url: string; readonly reason: string }[];
}

/** Collects the metrics of all nodes; `failures` lists those that have none. */
export async function collectStats(adminUrls: readonly string[]): Promise<Stats> {
  const answers = await Promise.allSettled(adminUrls.map((url) => scrape(url)));
  const samples = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const budgets = samples.filter(({ name }) => name === 'pypins_pypistats_budget_left');
  return {
    answered: answers.filter(({ status }) => status === 'fulfilled').length,
    requests: sumOf(samples, 'pypins_requests_total'),
    hitRatio: {
      answers: tierRatio(samples, 'answers', 'hit', 'miss'),
      facts: ratio(
        countFacts(samples, ['memory', 'redis', 'sqlite']),
        countFacts(samples, ['upstream', 'none']),
      ),
      // Look-ups that memory could not answer. The store's own counts contain the follower's reports.
      store: ratio(
        countFacts(samples, ['redis', 'sqlite']),
        countFacts(samples, ['upstream', 'none']),
      ),
      disk: tierRatio(samples, 'disk', 'hit', 'miss'),
      pictures: ratio(
        countPictures(samples, 'memory') + countPictures(samples, 'disk'),
        countPictures(samples, 'drawn'),
      ),
    },
    upstreamRequests: {
      pypi: countRequests(samples, 'pypi') + countRequests(samples, 'simple'),
      pypistats: countRequests(samples, 'pypistats'),
    },
    // All processes share one budget; each node reports the last value it saw.
    pypistatsBudgetLeft:
      budgets.length === 0 ? undefined : Math.min(...budgets.map(({ value }) => value)),
    topMisses: countKinds(samples),
    failures: answers.flatMap((answer, i) =>
      answer.status === 'rejected'
        ? [{ url: adminUrls[i] ?? '', reason: reasonOf(answer.reason) }]
        : [],
    ),
  };
}

function tierRatio(
  samples: readonly Sample[],
  tier: string,
  hit: string,
  miss: string,
): number | undefined {
  const count = (outcome: string): number =>
    sumOf(samples, 'pypins_tier_operations_total', { tier, outcome });
  return ratio(count(hit), count(miss));
}

function countFacts(samples: readonly Sample[], tiers: readonly string[]): number {
  return tiers.reduce((sum, tier) => sum + sumOf(samples, 'pypins_facts_total', { tier }), 0);
}

function countRequests(samples: readonly Sample[], upstream: string): number {
  return sumOf(samples, 'pypins_upstream_requests_total', { upstream });
}

function countPictures(samples: readonly Sample[], tier: string): number {
  return sumOf(samples, 'pypins_pictures_total', { tier });
}

function ratio(hits: number, misses: number): number | undefined {
  return hits + misses === 0 ? undefined : hits / (hits + misses);
}

function countKinds(samples: readonly Sample[]): Stats['topMisses'] {
  const kinds = new Map<string, number>();
  for (const { name, labels, value } of samples) {
    if (name !== 'pypins_requests_total') continue;
    const kind = labels['kind'] ?? 'none';
    kinds.set(kind, (kinds.get(kind) ?? 0) + value);
  }
  const sorted = [...kinds]
    .map(([kind, requests]) => ({ kind, requests }))
    .filter(({ requests }) => requests > 0)
    .toSorted((a, b) => b.requests - a.requests);
  return sorted.slice(0, MAX_KINDS);
}

/** Prints the stats; returns false if a node has none. */
export function printStats(stats: Stats, isJson: boolean, output: Output): boolean {
  const isGood = stats.failures.length === 0;
  if (isJson) {
    output.line(JSON.stringify({ ok: isGood, ...stats }));
    return isGood;
  }
  for (const { url, reason } of stats.failures) output.note(`${url} ${reason}`);
  if (stats.answered === 0) return false;
  const rows = [
    ['requests to the API', `${stats.requests}`],
    ...Object.entries(stats.hitRatio).map(([tier, share]) => [
      `hits, ${tier}`,
      share === undefined ? '-' : `${(100 * share).toFixed(1)} %`,
    ]),
    ...Object.entries(stats.upstreamRequests).map(([name, count]) => [
      `requests to ${name}`,
      `${count}`,
    ]),
    ['pypistats budget left', `${stats.pypistatsBudgetLeft ?? '-'}`],
    ...stats.topMisses.map(({ kind, requests }) => [`edge misses, ${kind}`, `${requests}`]),
  ];
  for (const line of inColumns(rows)) output.line(line);
  return isGood;
}
