/** Short messages between the processes of one installation. One that is sent while the way is down is lost. */
export interface Messages {
  /** Tells every process that can be told, this one included. Never rejects. */
  publish(message: string): Promise<void>;
  /** Calls back with every message from now on. */
  subscribe(onMessage: (message: string) => void): void;
  /** By then no process goes by what was before the message, in milliseconds. */
  readonly settleMs: number;
  close(): Promise<void>;
}

/**
 * Messages within this process, for an installation whose processes have no way to each other but a store: after
 * `settleMs` at the most, they look there again by themselves.
 */
export function createLocalMessages(settleMs: number): Messages {
  const listeners = new Set<(message: string) => void>();
  return {
    settleMs,
    publish(message) {
      for (const listener of listeners) listener(message);
      return Promise.resolve();
    },
    subscribe: (onMessage) => void listeners.add(onMessage),
    close() {
      listeners.clear();
      return Promise.resolve();
    },
  };
}
