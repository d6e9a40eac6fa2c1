import type { Store } from '../../cache/store/contract.ts';
import { UpstreamError } from '../upstream/errors.ts';

/** A window of the budget: at most `limit` requests in `lengthMs`. */
interface Window {
  readonly name: string;
  readonly limit: number;
  readonly lengthMs: number;
}

const RETRY_MS = 250;
const MAX_WAITING = 256;

/** A shared budget of requests to an upstream. */
export interface Budget {
  /**
   * Waits until one request may be sent. Waiting records are served in the order of their last refresh
   * (`lastServedAtMs`, 0 for never). Rejects when the signal aborts, or if too many wait already.
   */
  take(lastServedAtMs: number, signal: AbortSignal): Promise<void>;
  /** Returns the requests left in the current quarter of a minute, as this process last saw it. */
  left(): number;
  close(): void;
}

export interface BudgetOptions {
  store: Pick<Store, 'increment'>;
  /** Key of the counters, e.g. `pypins:1:budget:pypistats`. */
  key: string;
  perMinute: number;
  /** Requests allowed in one second. */
  perSecond: number;
  /** A monotonic clock in milliseconds; after a step back, another one would block until the old time. */
  clock?: () => number;
}

interface Waiter {
  readonly lastServedAtMs: number;
  readonly serve: () => void;
}

/**
 * Creates a budget that all processes share through the store. It is spent in quarters of a minute; any minute touches
 * five of them, so each gets a fifth. A window of a whole minute would allow twice the budget around its end. While the
 * store fails, this process counts alone.
 */
export function createBudget({
  store,
  key,
  perMinute,
  perSecond,
  clock = () => performance.now(),
}: BudgetOptions): Budget {
  const second: Window = { name: 'second', limit: perSecond, lengthMs: 1_000 };
  const quarter: Window = { name: 'quarter', limit: Math.floor(perMinute / 5), lengthMs: 15_000 };
  const countAlone = createLocalCounter(clock);
  const waiting = new Set<Waiter>();
  let used = 0;
  let usedUntilMs = 0;
  let pumping = false;
  let timer: NodeJS.Timeout | undefined;

  const spend = async (window: Window): Promise<boolean> => {
    const windowKey = `${key}:${window.name}`;
    const count =
      (await store.increment(windowKey, window.lengthMs)) ?? countAlone(windowKey, window.lengthMs);
    if (window === quarter) {
      used = count;
      usedUntilMs = clock() + window.lengthMs;
    }
    return count <= window.limit;
  };

  const pump = async (): Promise<void> => {
    if (pumping) return;
    pumping = true;
    while (waiting.size > 0 && (await spend(second)) && (await spend(quarter)))
      leastRecentlyServed(waiting)?.serve();
    pumping = false;
    if (waiting.size === 0) return;
    clearTimeout(timer);
    timer = setTimeout(() => void pump(), RETRY_MS).unref();
  };

  return {
    take(lastServedAtMs, signal) {
      if (waiting.size >= MAX_WAITING)
        return Promise.reject(
          new UpstreamError('over-budget', 'too many requests wait for the budget'),
        );
      const turn = waitForTurn(waiting, lastServedAtMs, signal);
      void pump();
      return turn;
    },
    left: () => (clock() < usedUntilMs ? Math.max(0, quarter.limit - used) : quarter.limit),
    close: () => clearTimeout(timer),
  };
}

/** Joins the queue until it is served or the signal aborts. */
function waitForTurn(
  waiting: Set<Waiter>,
  lastServedAtMs: number,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      waiting.delete(waiter);
      signal.removeEventListener('abort', giveUp);
    };
    const giveUp = (): void => {
      leave();
      reject(new UpstreamError('over-budget', 'no budget was left in time'));
    };
    const serve = (): void => {
      leave();
      resolve();
    };
    const waiter: Waiter = { lastServedAtMs, serve };
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp);
    waiting.add(waiter);
  });
}

function leastRecentlyServed(waiting: ReadonlySet<Waiter>): Waiter | undefined {
  let first: Waiter | undefined;
  for (const waiter of waiting) {
    if (first === undefined || waiter.lastServedAtMs < first.lastServedAtMs) first = waiter;
  }
  return first;
}

/** Counts in fixed windows in memory. There are at most two keys, so none is removed. */
function createLocalCounter(clock: () => number): (key: string, lengthMs: number) => number {
  const windows = new Map<string, { count: number; endsAtMs: number }>();
  return (key, lengthMs) => {
    const now = clock();
    const open = windows.get(key);
    const window =
      open !== undefined && now < open.endsAtMs ? open : { count: 0, endsAtMs: now + lengthMs };
    window.count += 1;
    windows.set(key, window);
    return window.count;
  };
}
