import type { Store } from '../../cache/store/contract.ts';
import { createCounter } from '../../cache/counter.ts';
import { UpstreamError } from '../upstream/errors.ts';
import { createQuarter } from './quarter.ts';

const SECOND_MS = 1_000;
const RETRY_MS = 250;
const MAX_WAITING = 256;

/**
 * `lastServedAtMs` of requests that may use only what is not reserved for others. They are served last, and refused
 * instead of waiting.
 */
export const ONLY_SPARE = Infinity;
/** Leaves room in the queue for all others. */
const MAX_SPARE_WAITING = MAX_WAITING / 2;

/** A shared budget of requests to an upstream. */
export interface Budget {
  /**
   * Waits until one request may be sent. Waiting records are served in the order of their last refresh
   * (`lastServedAtMs`, 0 for never, or `ONLY_SPARE`). Rejects when the signal aborts, or if too many wait already.
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
  /** Requests allowed in one second; by default all of the quarter. */
  perSecond?: number;
  /** A monotonic clock in milliseconds; after a step back, another one would block until the old time. */
  clock?: () => number;
}

interface Waiter {
  readonly lastServedAtMs: number;
  readonly serve: () => void;
  readonly refuse: () => void;
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
  perSecond = Infinity,
  clock = () => performance.now(),
}: BudgetOptions): Budget {
  const count = createCounter(store, clock);
  const quarter = createQuarter({ count, key, limit: Math.floor(perMinute / 5), clock });
  const waiting = new Set<Waiter>();
  let pumping = false;
  let timer: NodeJS.Timeout | undefined;

  const hasSecond = async (): Promise<boolean> =>
    perSecond === Infinity || (await count(`${key}:second`, SECOND_MS)) <= perSecond;

  const refuseWithoutSpare = (): void => {
    if (quarter.hasSpare()) return;
    for (const each of waiting) if (each.lastServedAtMs === ONLY_SPARE) each.refuse();
  };

  const pump = async (): Promise<void> => {
    if (pumping) return;
    pumping = true;
    while (waiting.size > 0 && (await hasSecond()) && (await quarter.spend())) {
      first(waiting)?.serve();
      refuseWithoutSpare();
    }
    refuseWithoutSpare();
    pumping = false;
    if (waiting.size === 0) return;
    clearTimeout(timer);
    timer = setTimeout(() => void pump(), RETRY_MS).unref();
  };

  return {
    take(lastServedAtMs, signal) {
      if (waiting.size >= (lastServedAtMs === ONLY_SPARE ? MAX_SPARE_WAITING : MAX_WAITING))
        return Promise.reject(
          new UpstreamError('over-budget', 'too many requests wait for the budget'),
        );
      const turn = waitForTurn(waiting, lastServedAtMs, signal);
      refuseWithoutSpare();
      void pump();
      return turn;
    },
    left: quarter.left,
    close: () => clearTimeout(timer),
  };
}

/** Joins the queue until it is served or refused, or the signal aborts. */
function waitForTurn(
  waiting: Set<Waiter>,
  lastServedAtMs: number,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      waiting.delete(waiter);
      signal.removeEventListener('abort', refuse);
    };
    const refuse = (): void => {
      leave();
      reject(new UpstreamError('over-budget', 'no budget was left in time'));
    };
    const serve = (): void => {
      leave();
      resolve();
    };
    const waiter: Waiter = { lastServedAtMs, serve, refuse };
    if (signal.aborted) return refuse();
    signal.addEventListener('abort', refuse);
    waiting.add(waiter);
  });
}

/** Returns the one with the oldest last refresh. */
function first(waiting: ReadonlySet<Waiter>): Waiter | undefined {
  let found: Waiter | undefined;
  for (const waiter of waiting) {
    if (found === undefined || waiter.lastServedAtMs < found.lastServedAtMs) found = waiter;
  }
  return found;
}
