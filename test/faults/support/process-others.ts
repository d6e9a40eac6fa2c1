import { scrape, sumOf } from '../../../src/commands/scrape.ts';
import type { Stack } from '../../../stack/start-stack.ts';
import { type LoadReport, startLoad } from '../../support/load.ts';
import { forgetPeak, peakBytes } from './process-memory.ts';
import { mixedPath } from './process-paths.ts';

const BEFORE_AND_AFTER = 100;

/** What others saw while something else went on, and what that cost the nodes. */
export interface Meanwhile {
  readonly others: LoadReport;
  /** The longest that a node's event loop was held. */
  readonly lagMs: number;
  /** The most memory that a node held. */
  readonly peakBytes: number;
}

/** Does it while others ask the edge for badges of which everything is known, and for a while before and after it. */
export async function amongOthers(stack: Stack, work: () => Promise<unknown>): Promise<Meanwhile> {
  await Promise.all(stack.nodes.map(forgetPeak));
  // The metric begins anew with each look at it.
  await longestLagMs(stack);
  const load = startLoad(stack.edgeUrl, mixedPath, { clients: 8, maxRequests: Infinity });
  await load.answered(BEFORE_AND_AFTER);
  await work();
  await load.answered(BEFORE_AND_AFTER);
  return {
    others: await load.stop(),
    lagMs: await longestLagMs(stack),
    peakBytes: Math.max(...(await Promise.all(stack.nodes.map(peakBytes)))),
  };
}

async function longestLagMs({ adminUrls }: Stack): Promise<number> {
  const samples = await Promise.all(adminUrls.map(scrape));
  const seconds = samples.map((each) => sumOf(each, 'nodejs_eventloop_lag_max_seconds'));
  return Math.round(1_000 * Math.max(...seconds));
}

/** What is told of others: figures, not verdicts. */
export function figuresOf({ others, lagMs, peakBytes: bytes }: Meanwhile): Record<string, number> {
  const { asked, p50, p99, slowest } = others;
  return { lagMs, peakMB: Math.round(bytes / 1e6), othersAsked: asked, p50, p99, slowest };
}

/**
 * How many of a load's requests failed: all that is no picture, and every badge that says something else than what is
 * known.
 */
export function failedOf({ asked, verdicts }: LoadReport): number {
  return asked - (verdicts['ok'] ?? 0);
}
