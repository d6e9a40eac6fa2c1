import { inTime } from '../../deadline.ts';
import { FAILED, type Operation, outcomeOf } from '../attempt.ts';
import type { StoreObserver } from '../contract.ts';

/** Sends a command, and gives its reply or `FAILED`; never rejects. */
export type Attempt = <T>(
  operation: Operation,
  command: () => Promise<T>,
  isHit?: (reply: T) => boolean,
) => Promise<T | typeof FAILED>;

export interface AttemptOptions {
  readonly isReady: () => boolean;
  /** The most that a command takes. */
  readonly timeoutMs: number;
  /** Drops the connection: Redis is frozen, or the network swallows packets. */
  readonly drop: () => void;
  readonly observe: StoreObserver | undefined;
}

/** Sends a command if there is a connection, counts what becomes of it, and never rejects. */
export function createAttempt({ isReady, timeoutMs, drop, observe }: AttemptOptions): Attempt {
  let answeredMs = 0;

  return async (operation, command, isHit) => {
    const askedMs = performance.now();
    try {
      if (!isReady()) throw new Error('Redis is not there');
      const reply = await inTime(timeoutMs, command());
      if (reply !== undefined) {
        answeredMs = performance.now();
        observe?.(operation, outcomeOf(reply, isHit));
        return reply;
      }
      // Replies come in order: while others come, Redis is only slow.
      if (answeredMs < askedMs) drop();
    } catch {
      // Counted below.
    }
    observe?.(operation, 'failed');
    return FAILED;
  };
}
