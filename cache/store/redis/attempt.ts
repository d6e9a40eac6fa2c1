import { inTime } from '../../deadline.ts';
import { FAILED, type Operation, outcomeOf } from '../attempt.ts';
import type { StoreObserver } from '../contract.ts';

/** Sends a command; returns its reply or `FAILED`. Never rejects. */
export type Attempt = <T>(
  operation: Operation,
  command: () => Promise<T>,
  isHit?: (reply: T) => boolean,
) => Promise<T | typeof FAILED>;

export interface AttemptOptions {
  readonly isReady: () => boolean;
  /** Time-out of a command. */
  readonly timeoutMs: number;
  /** Drops the connection, because Redis is frozen or the network loses packets. */
  readonly drop: () => void;
  readonly observe: StoreObserver | undefined;
  /** Called after each operation that Redis has answered; with the error if it refused it. */
  readonly onAnswer: (operation: Operation, refusal?: Error) => void;
}

/** Error replies to a write about the state of Redis, not about the command: out of memory, a replica, a failing disk. */
const REFUSALS = /^(?:OOM|READONLY|MISCONF|NOREPLICAS|NOPERM|NOAUTH)\b/;

/** Whether Redis has refused a write, and will refuse others. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Error && REFUSALS.test(error.message);
}

/** Creates a function that sends commands while there is a connection, and counts their outcomes. */
export function createAttempt({
  isReady,
  timeoutMs,
  drop,
  observe,
  onAnswer,
}: AttemptOptions): Attempt {
  let answeredMs = 0;

  return async (operation, command, isHit) => {
    const askedMs = performance.now();
    try {
      if (!isReady()) throw new Error('not connected to Redis');
      const reply = await inTime(timeoutMs, command());
      if (reply !== undefined) {
        answeredMs = performance.now();
        onAnswer(operation);
        observe?.(operation, outcomeOf(reply, isHit));
        return reply;
      }
      // Replies come in order: if another one came meanwhile, Redis is only slow.
      if (answeredMs < askedMs) drop();
    } catch (error) {
      // The failure is counted below.
      if (isRefusal(error)) onAnswer(operation, error);
    }
    observe?.(operation, 'failed');
    return FAILED;
  };
}
