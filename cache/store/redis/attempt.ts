import { inTime } from '../../deadline.ts';
import type { StoreObserver } from '../contract.ts';

/** Stands for the reply that did not come. */
export const FAILED = Symbol('failed');

/** Sends a command, and gives its reply or `FAILED`; never rejects. */
export type Asker = <T>(
  operation: Parameters<StoreObserver>[0],
  command: () => Promise<T>,
  isHit?: (reply: T) => boolean,
) => Promise<T | typeof FAILED>;

export interface AskerOptions {
  readonly isReady: () => boolean;
  /** The most that a command takes. */
  readonly timeoutMs: number;
  /** Drops the connection: Redis is frozen, or the network swallows packets. */
  readonly drop: () => void;
  readonly observe: StoreObserver | undefined;
}

/** Sends a command if there is a connection, counts what becomes of it, and never rejects. */
export function createAsker({ isReady, timeoutMs, drop, observe }: AskerOptions): Asker {
  let answeredMs = 0;

  return async (operation, command, isHit) => {
    const askedMs = performance.now();
    try {
      if (!isReady()) throw new Error('Redis is not there');
      const reply = await inTime(timeoutMs, command());
      if (reply !== undefined) {
        answeredMs = performance.now();
        observe?.(operation, isHit === undefined ? 'ok' : isHit(reply) ? 'hit' : 'miss');
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
