import type { FactsEvent, FactsSource, Known, Loaded } from './contract.ts';
import type { Seen } from './memory.ts';
import { afterAnswer, afterFailure, isDue } from './record.ts';
import type { FactsRecord, FactsRules } from './record.ts';
import type { Tiers } from './tiers.ts';
import { sleep } from '../deadline.ts';
import type { Lease, Store } from '../store/contract.ts';

const POLL_MS = 50;
/** Renewed during the load. Short, so that it ends soon if the process is killed: other processes wait for 2 s. */
const LEASE_MS = 1_500;
const RENEW_MS = LEASE_MS / 3;

export interface Refresher<T> {
  /** Returns the record of an id after a refresh by this process or another one. Never rejects. */
  readonly refresh: (id: string) => Promise<Seen<T>>;
  /** Resolves when all refreshes so far are written to the store. */
  readonly written: () => Promise<void>;
  /** Aborts running loads. */
  readonly close: () => void;
}

export interface RefresherOptions<T> {
  readonly source: FactsSource<T>;
  readonly tiers: Tiers<T>;
  readonly store: Store;
  readonly rules: FactsRules;
  readonly loadTimeoutMs: number;
  /** How long to wait for the process with the lease if there is no kept value. */
  readonly followMs: number;
  readonly clock: () => number;
  readonly observe: ((event: FactsEvent) => void) | undefined;
}

/** Creates a refresher: fetches from the upstream, one process at a time, and writes the answer or the failure. */
export function createRefresher<T>(options: RefresherOptions<T>): Refresher<T> {
  const { source, tiers, store, rules, loadTimeoutMs, clock, observe } = options;
  const loader = createLoader(source, loadTimeoutMs);
  const maxPolls = Math.ceil(options.followMs / POLL_MS);
  const writes = trackWrites();
  let isClosed = false;

  const refresh = async (id: string): Promise<Seen<T>> => {
    for (let poll = 0; ; poll += 1) {
      const askedMs = performance.now();
      // One round trip for both. The read follows the lease: its previous holder may have refreshed the record.
      const [answer, seen] = await Promise.all([
        store.acquireLease(tiers.keyOf(id), LEASE_MS),
        tiers.read(id),
      ]);
      if (answer.state === 'granted' && (await isStillOurs(answer.lease, askedMs)))
        return await fetchIfDue(id, seen, keepRenewing(answer.lease));
      if (answer.state === 'unknown') return await fetchIfDue(id, seen);

      if (poll === 0) observe?.({ kind: 'lease-lost' });
      const isWorthWaiting = seen.record.state === 'nothing' && isDue(seen.record, clock());
      if (!isWorthWaiting || poll >= maxPolls || isClosed) return seen;
      await sleep(POLL_MS);
    }
  };

  /** Returns before the store has the record, so that requests do not wait for the write. */
  const fetchIfDue = async (
    id: string,
    seen: Seen<T>,
    release = async (): Promise<void> => {},
  ): Promise<Seen<T>> => {
    if (!isDue(seen.record, clock())) {
      writes.add(restoreLost(tiers, id, seen).then(release));
      return seen;
    }
    const startMs = performance.now();
    const { record, outcome, reason } = await fetchRecord(id, seen.record);
    const durationMs = performance.now() - startMs;
    observe?.({ kind: 'refreshed', outcome, durationMs, error: reason });
    // A load that `close` aborted says nothing about the upstream.
    const isNews = !isClosed || reason === undefined;
    writes.add(isNews ? tiers.write(id, record).then(release) : release());
    return { record, tier: 'upstream', reason };
  };

  const fetchRecord = async (id: string, before: FactsRecord<T>): Promise<Fetched<T>> => {
    try {
      const loaded = await loader.load(id, before.state === 'known' ? before.known : undefined);
      const record = afterAnswer(before, loaded, clock(), rules);
      if (record !== undefined) return { record, outcome: loaded.state };
      const reason = new Error('the answer is older than the kept value');
      return { record: afterFailure(before, clock(), rules), outcome: 'not-believed', reason };
    } catch (reason) {
      return { record: afterFailure(before, clock(), rules), outcome: 'failed', reason };
    }
  };

  return {
    refresh,
    written: () => writes.settled(),
    close() {
      isClosed = true;
      loader.close();
    },
  };
}

/** Whether a lease requested at `askedMs` is still ours: it may have ended while this event loop was blocked. */
async function isStillOurs(lease: Lease, askedMs: number): Promise<boolean> {
  return performance.now() - askedMs < LEASE_MS || (await lease.renew(LEASE_MS)) !== 'lost';
}

/** Renews the lease until the returned function releases it. */
function keepRenewing(lease: Lease): () => Promise<void> {
  const renewing = setInterval(() => void lease.renew(LEASE_MS), RENEW_MS);
  return () => {
    clearInterval(renewing);
    return lease.release();
  };
}

/** Writes a record that the store has lost back from memory. */
async function restoreLost<T>(tiers: Tiers<T>, id: string, seen: Seen<T>): Promise<void> {
  if (seen.isLost === true) await tiers.write(id, seen.record);
}

/** Tracks writes that run in the background. */
function trackWrites(): { add(write: Promise<void>): void; settled(): Promise<void> } {
  const writes = new Set<Promise<void>>();
  return {
    add(write) {
      const tracked = write.finally(() => writes.delete(tracked));
      writes.add(tracked);
    },
    settled: async () => void (await Promise.all(writes)),
  };
}

interface Fetched<T> {
  readonly record: FactsRecord<T>;
  readonly outcome: Extract<FactsEvent, { kind: 'refreshed' }>['outcome'];
  readonly reason?: unknown;
}

interface Loader<T> {
  /** Returns the source's answer. Rejects as the source does, after `loadTimeoutMs`, and when the loader is closed. */
  readonly load: (id: string, previous: Known<T> | undefined) => Promise<Loaded<T>>;
  /** Aborts running loads. */
  readonly close: () => void;
}

/** Ends every load in time, even if the source ignores its signal. */
function createLoader<T>(source: FactsSource<T>, loadTimeoutMs: number): Loader<T> {
  const loads = new Set<AbortController>();

  const load = async (id: string, previous: Known<T> | undefined): Promise<Loaded<T>> => {
    const control = new AbortController();
    const { signal } = control;
    loads.add(control);
    const timer = setTimeout(() => {
      control.abort(new Error(`no answer within ${loadTimeoutMs} ms`));
    }, loadTimeoutMs);
    try {
      return await Promise.race([source.load(id, previous, signal), rejectOnAbort(signal)]);
    } finally {
      clearTimeout(timer);
      loads.delete(control);
    }
  };

  return {
    load,
    close() {
      for (const control of loads) control.abort(new Error('closing'));
    },
  };
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
