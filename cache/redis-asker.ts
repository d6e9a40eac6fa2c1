import type { StoreObserver } from './store.ts';

/** Stands for the reply that did not come. */
export const FAILED = Symbol('failed');

/** Sends a command, and gives its reply or `FAILED`; never rejects. */
export type Asker = <T>(
  operation: Parameters<StoreObserver>[0],
  command: () => Promise<T>,
  isHit?: (reply: T) => boolean,
) => Promise<T | typeof FAILED>;

/** Sends a command if there is a connection, counts what becomes of it, and never rejects. */
export function createAsker(isReady: () => boolean, observe: StoreObserver | undefined): Asker {
  return async (operation, command, isHit) => {
    try {
      if (!isReady()) throw new Error('Redis is not there');
      const reply = await command();
      observe?.(operation, isHit === undefined ? 'ok' : isHit(reply) ? 'hit' : 'miss');
      return reply;
    } catch {
      observe?.(operation, 'failed');
      return FAILED;
    }
  };
}
