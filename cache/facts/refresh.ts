import type { FactsEvent, FactsSource, Known, Loaded } from './contract.ts';
import type { Seen } from './memory.ts';
import { afterAnswer, afterFailure, isDue } from './record.ts';
import type { FactsRecord, FactsRules } from './record.ts';
import type { Tiers } from './tiers.ts';
import { sleep } from '../deadline.ts';
import type { Lease, Store } from '../store/contract.ts';

const POLL_MS = 50;
/** Renewed while the load goes on, so that it ends soon after a process that is killed: others wait for two seconds. */
const LEASE_MS = 1_500;
const RENEW_MS = LEASE_MS / 3;

export interface Refresher<T> {
  /** What is known of an id after the upstream was asked, by this process or by another. Never rejects. */
  readonly refresh: (id: string) => Promise<Seen<T>>;
  /** Resolves when the store has been told of all that was found out until now. */
  readonly written: () => Promise<void>;
  /** Cuts the loads under way. */
  readonly close: () => void;
}

export interface RefresherOptions<T> {
  readonly source: FactsSource<T>;
  readonly tiers: Tiers<T>;
  readonly store: Store;
  readonly rules: FactsRules;
  readonly loadTimeoutMs: number;
  /** For how long to wait for the process that holds the lease where nothing is kept. */
  readonly followMs: number;
  readonly clock: () => number;
  readonly observe?: ((event: FactsEvent) => void) | undefined;
}

/** Asks the upstream, one process at a time, and remembers what it said or that it failed. */
export function createRefresher<T>(options: RefresherOptions<T>): Refresher<T> {
  const { source, tiers, store, rules, loadTimeoutMs, clock, observe } = options;
  const loader = createLoader(source, loadTimeoutMs);
  const maxPolls = Math.ceil(options.followMs / POLL_MS);
  const writes = trackWrites();
  let isClosed = false;

  const refresh = async (id: string): Promise<Seen<T>> => {
    for (let poll = 0; ; poll += 1) {
      const askedMs = performance.now();
      // One trip for both. Whoever held the lease before may have done the work: the read comes after it.
      const [answer, seen] = await Promise.all([
        store.acquireLease(tiers.keyOf(id), LEASE_MS),
        tiers.read(id),
      ]);
      if (answer.state === 'granted' && (await lasts(answer.lease, askedMs)))
        return await lead(id, seen, hold(answer.lease));
      if (answer.state === 'unknown') return await lead(id, seen);

      if (poll === 0) observe?.({ kind: 'lease-lost' });
      const isWorthWaiting = seen.record.state === 'nothing' && isDue(seen.record, clock());
      if (!isWorthWaiting || poll >= maxPolls || isClosed) return seen;
      await sleep(POLL_MS);
    }
  };

  /** Whoever waits for the facts does not wait for the store to take them. */
  const lead = async (
    id: string,
    seen: Seen<T>,
    release = () => Promise.resolve(),
  ): Promise<Seen<T>> => {
    if (!isDue(seen.record, clock())) {
      writes.add(giveBack(tiers, id, seen).then(release));
      return seen;
    }
    const startMs = performance.now();
    const { record, outcome, reason } = await ask(id, seen.record);
    const durationMs = performance.now() - startMs;
    observe?.({ kind: 'refreshed', outcome, durationMs, error: reason });
    // A load that we cut ourselves says nothing about the upstream.
    const isNews = !isClosed || reason === undefined;
    writes.add(isNews ? tiers.write(id, record).then(release) : release());
    return { record, tier: 'upstream', reason };
  };

  const ask = async (id: string, before: FactsRecord<T>): Promise<Asked<T>> => {
    try {
      const loaded = await loader.load(id, before.state === 'known' ? before.known : undefined);
      const record = afterAnswer(before, loaded, clock(), rules);
      if (record !== undefined) return { record, outcome: loaded.state };
      const reason = new Error('an answer older than what is known');
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

/** Whether a lease that was asked for then is still ours: it may have ended while our own event loop was blocked. */
async function lasts(lease: Lease, askedMs: number): Promise<boolean> {
  return performance.now() - askedMs < LEASE_MS || (await lease.renew(LEASE_MS)) !== 'lost';
}

/** Renews the lease until it is given back, by the function that is returned. */
function hold(lease: Lease): () => Promise<void> {
  const renewing = setInterval(() => void lease.renew(LEASE_MS), RENEW_MS);
  return () => {
    clearInterval(renewing);
    return lease.release();
  };
}

/** The store gets what only this process knows. */
async function giveBack<T>(tiers: Tiers<T>, id: string, seen: Seen<T>): Promise<void> {
  if (seen.isLost === true) await tiers.write(id, seen.record);
}

/** What is being written, while nobody waits for it. */
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

interface Asked<T> {
  readonly record: FactsRecord<T>;
  readonly outcome: Extract<FactsEvent, { kind: 'refreshed' }>['outcome'];
  readonly reason?: unknown;
}

interface Loader<T> {
  /** The source's answer. Rejects as the source does, after `loadTimeoutMs`, or when the loader is closed. */
  readonly load: (id: string, previous: Known<T> | undefined) => Promise<Loaded<T>>;
  /** Cuts the loads under way. */
  readonly close: () => void;
}

/** Puts an end to every load, whether or not the source heeds its signal. */
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
