import type { FactsEvent, FactsSource, Found, Refreshed } from './facts-contract.ts';
import { answerOf, createFactsMemory } from './facts-memory.ts';
import type { Seen } from './facts-memory.ts';
import { createExpirer } from './facts-expire.ts';
import { isDue } from './facts-record.ts';
import type { FactsRules } from './facts-record.ts';
import { createTiers } from './facts-tiers.ts';
import { createRefresher } from './facts-refresh.ts';
import type { Messages } from './messages.ts';
import { createSingleFlight } from './single-flight.ts';
import type { Store } from './store.ts';

// The types that stand in this module's signatures, so that a caller needs one import.
export type {
  FactsEvent,
  FactsSource,
  FactsTier,
  Found,
  Known,
  Loaded,
  Refreshed,
} from './facts-contract.ts';

/** What an upstream says of ids, kept. */
export interface Facts<T> {
  /**
   * What is known of an id. Never rejects, and takes at most `patienceMs` where something is kept, `firstPatienceMs`
   * where nothing is; a refresh that takes longer ends behind it. Who leaves earlier cancels nothing.
   *
   * `admit` is called before the upstream is asked about an id of which nothing is known, and may throw to refuse it:
   * then `get` rejects with what it threw.
   */
  readonly get: (id: string, admit?: () => void) => Promise<Found<T>>;
  /**
   * Makes what is kept of an id due at once, for who knows that it has changed: the next `get` asks the upstream, and
   * the kept value stays, in case that fails. The other processes hear of it within `POLL_MS`, so purge what is in front
   * of them only then. False where nothing is kept.
   */
  readonly expire: (id: string) => Promise<boolean>;
  /** As `expire`, for every id that begins so; how many there were. */
  readonly expireAll: (idPrefix: string) => Promise<number>;
  /**
   * Asks the upstream at once, due or not, and tells what was known before and after; the same where it failed, or where
   * another process is asking already. The other processes hear of it as with `expire`.
   */
  readonly refresh: (id: string) => Promise<Refreshed<T>>;
  /** Records in memory, and refreshes under way. */
  readonly stats: () => { entries: number; bytes: number; flights: number };
  /** Cuts the refreshes under way and waits for their end. */
  readonly close: () => Promise<void>;
}

export interface FactsOptions<T> {
  readonly source: FactsSource<T>;
  readonly store: Store;
  /** Tells the other processes what has expired; without it they go on for `memorySeconds`. */
  readonly messages?: Messages;
  /** Keys are `<keyPrefix>:<source>:<id>`. */
  readonly keyPrefix: string;
  /** For how long a value is kept, and served when the upstream fails. */
  readonly keptSeconds: number;
  readonly absentSeconds?: number;
  readonly memoryMaxBytes: number;
  /** For how long this process answers without asking the store, where another process may know better. */
  readonly memorySeconds?: number;
  readonly patienceMs?: number;
  readonly firstPatienceMs?: number;
  readonly loadTimeoutMs?: number;
  /** How long the upstream is left alone after a failure; doubled with each one. */
  readonly backoff?: FactsRules['backoff'];
  /** Fresh periods are lengthened by up to this share; 0 for a source whose very moment matters. */
  readonly jitter?: number;
  readonly clock?: () => number;
  readonly random?: () => number;
  readonly observe?: (event: FactsEvent) => void;
}

/**
 * Facts of one source: fresh ones from memory or the store, stale ones while they are refreshed, kept ones while the
 * upstream fails. One refresh per id in a process, one process at a time. A store that fails costs the coordination,
 * never an answer.
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
    const refreshed = await within(
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

/** What the promise resolves with, or undefined when that takes longer. */
async function within<T>(waitMs: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, waitMs, undefined);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
