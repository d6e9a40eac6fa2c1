import { inTime } from '../deadline.ts';
import type { Facts, FactsEvent, FactsSource, Found } from './contract.ts';
import { answerOf, createFactsMemory } from './memory.ts';
import type { Seen } from './memory.ts';
import { createExpirer } from './expire.ts';
import { isDue } from './record.ts';
import type { FactsRules } from './record.ts';
import { createTiers } from './tiers.ts';
import { createRefresher } from './refresh.ts';
import type { Messages } from '../store/messages.ts';
import { createSingleFlight } from '../single-flight.ts';
import type { Store } from '../store/contract.ts';

export interface FactsOptions<T> {
  readonly source: FactsSource<T>;
  readonly store: Store;
  /** Announces expired records to other processes; without it they serve from memory for up to `memorySeconds`. */
  readonly messages?: Messages;
  /** Keys are `<keyPrefix>:<source>:<id>`. */
  readonly keyPrefix: string;
  /** How long a value is kept, to be served if the upstream fails. */
  readonly keptSeconds: number;
  readonly absentSeconds?: number;
  readonly memoryMaxBytes: number;
  /** How long this process serves a record from memory without checking the store. */
  readonly memorySeconds?: number;
  readonly patienceMs?: number;
  readonly firstPatienceMs?: number;
  readonly loadTimeoutMs?: number;
  /** Pause before the next refresh after a failure; doubled with each failure. */
  readonly backoff?: FactsRules['backoff'];
  /** Fresh periods are lengthened at random by up to this share. */
  readonly jitter?: number;
  readonly clock?: () => number;
  readonly random?: () => number;
  readonly observe?: (event: FactsEvent) => void;
}

/**
 * Creates the facts cache of one source. It serves fresh values from memory or the store, and stale ones while a
 * refresh runs or the upstream fails. One refresh per id runs at a time, across processes. If the store fails, each
 * process works alone.
 */
export function createFacts<T>(options: FactsOptions<T>): Facts<T> {
  const { source, store, observe, patienceMs = 300, firstPatienceMs = 2_000 } = options;
  const { loadTimeoutMs = 10_000, memorySeconds = 5, clock = Date.now } = options;
  const rules = rulesOf(options);
  const memory = createFactsMemory<T>({
    maxBytes: options.memoryMaxBytes,
    memoryMs: memorySeconds * 1000,
    clock,
  });
  const tiers = createTiers({ ...options, memory, rules, clock });
  const refresher = createRefresher({
    source,
    tiers,
    store,
    rules,
    loadTimeoutMs,
    followMs: firstPatienceMs,
    clock,
    observe,
  });
  const reads = createSingleFlight<Seen<T>>();
  const refreshes = createSingleFlight<Seen<T>>();

  const find = async (id: string, admit: (() => void) | undefined): Promise<Found<T>> => {
    const startMs = performance.now();
    const seen = await reads.run(id, () => tiers.read(id));
    if (!isDue(seen.record, clock())) {
      if (seen.isLost === true) void refreshes.run(id, () => refresher.refresh(id));
      return answerOf(seen, clock());
    }

    const isKept = seen.record.state !== 'nothing';
    if (!isKept && !refreshes.has(id)) admit?.();
    const waitMs = isKept ? patienceMs : firstPatienceMs - (performance.now() - startMs);
    const refreshed = await inTime(
      waitMs,
      refreshes.run(id, () => refresher.refresh(id)),
    );

    const best = refreshed ?? { ...seen, reason: `no answer within ${firstPatienceMs} ms` };
    if (isKept && isDue(best.record, clock())) memory.bridge(id, best.record);
    return answerOf(best, clock());
  };

  return {
    async get(id, admit) {
      const found = memory.recall(id, clock()) ?? (await find(id, admit));
      const tier = found.state === 'unavailable' ? 'none' : found.tier;
      observe?.({ kind: 'served', state: found.state, tier });
      return found;
    },
    ...createExpirer({ store, tiers, refreshes, refresher }),
    stats: () => ({ ...memory.stats(), flights: refreshes.size }),
    async close() {
      refresher.close();
      await Promise.all([reads.settled(), refreshes.settled()]);
      await refresher.written();
      memory.clear();
    },
  };
}

function rulesOf<T>(options: FactsOptions<T>): FactsRules {
  const { source, keptSeconds, absentSeconds = 60, jitter = 0.1, random = Math.random } = options;
  return {
    freshUntilMs: (fetchedAtMs) => source.freshUntilMs(fetchedAtMs),
    keptMs: keptSeconds * 1000,
    absentMs: absentSeconds * 1000,
    backoff: options.backoff ?? { firstMs: 5_000, maxMs: 60_000 },
    jitter,
    random,
  };
}
