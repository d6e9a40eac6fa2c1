import type { Logger } from 'pino';
import type { Facts, FactsSource } from '../../cache/facts/contract.ts';
import { createFacts } from '../../cache/facts/facts.ts';
import type { Messages } from '../../cache/store/messages.ts';
import type { Store } from '../../cache/store/contract.ts';
import type { Config } from '../config.ts';
import { DEADLINES, UPSTREAM_DEADLINES } from '../deadlines.ts';
import { RECORDS_PREFIX } from '../keys.ts';
import type { Metrics } from '../metrics.ts';
import { createUpstreamClient, type UpstreamClient } from '../upstream/client.ts';

/** What the processes of one installation share. */
export interface Shared {
  readonly store: Store;
  readonly messages: Messages;
  /** How long a process uses facts from its memory without checking the store. */
  readonly memorySeconds: number;
}

export interface SourcesOptions extends Shared {
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly version: string;
  /** Whether a follower refreshes the records. */
  readonly isFollowed: () => boolean;
}

/** Creates the cache of a source. `memoryShare`: its share of `MEMORY_MAX_BYTES`. */
export function createFactsOf<T>(
  source: FactsSource<T>,
  memoryShare: number,
  options: SourcesOptions,
): Facts<T> {
  const { config, metrics, store, messages, memorySeconds } = options;
  return createFacts({
    source,
    store,
    messages,
    memorySeconds,
    keyPrefix: RECORDS_PREFIX,
    keptSeconds: config.FACTS_KEPT_SECONDS,
    patienceMs: DEADLINES.keptFactsMs,
    firstPatienceMs: DEADLINES.unknownFactsMs,
    loadTimeoutMs: UPSTREAM_DEADLINES.loadMs,
    memoryMaxBytes: Math.floor(config.MEMORY_MAX_BYTES * memoryShare),
    // The source of pypistats.org spreads its due times itself.
    jitter: source.name === 'pypistats' ? 0 : 0.1,
    observe(event) {
      if (event.kind === 'served') metrics.facts(source.name, event.state, event.tier);
      else if (event.kind === 'refreshed') metrics.refresh(source.name, event.outcome);
      else metrics.refresh(source.name, event.kind);
    },
  });
}

export interface Upstream extends UpstreamClient {
  /** Whether its breaker is open: it failed repeatedly and gets no requests for a while. */
  readonly isLeftAlone: () => boolean;
}

/** Creates the client of an upstream. `name`: as metrics and log have it. */
export function createUpstream(
  name: string,
  url: string,
  concurrency: number,
  options: SourcesOptions,
): Upstream {
  const { config, log, metrics, version } = options;
  let isOpen = false;
  const client = createUpstreamClient({
    url,
    userAgent: `pypins/${version} (${config.CONTACT || 'contact not set'})`,
    concurrency,
    maxBytes: config.UPSTREAM_MAX_BYTES,
    observe: (outcome, seconds) => metrics.upstream(name, outcome, seconds),
    onBreaker(open, cause) {
      // An outage is logged when it begins and ends, not with each failed trial.
      if (open && !isOpen)
        log.warn({ upstream: name, err: cause }, 'upstream fails: few requests until it recovers');
      if (!open && isOpen) log.warn({ upstream: name }, 'upstream answers again');
      isOpen = open;
      metrics.breaker(name, open);
    },
  });
  return { ...client, isLeftAlone: () => isOpen };
}
