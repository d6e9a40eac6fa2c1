/** Short messages between the processes of one installation. A message sent while the connection is down is lost. */
export interface Messages {
  /** Sends to every reachable process, this one included. Never rejects. */
  publish(message: string): Promise<void>;
  /** Calls `onMessage` for every message from now on. */
  subscribe(onMessage: (message: string) => void): void;
  /** Milliseconds after which every process has acted on a message, received or not. */
  readonly settleMs: number;
  close(): Promise<void>;
}

/**
 * Creates messages within this process, for processes that share only a store: they check the store again by themselves
 * within `settleMs`.
 */
export function createLocalMessages(settleMs: number): Messages {
  const listeners = new Set<(message: string) => void>();
  return {
    settleMs,
    async publish(message) {
      for (const listener of listeners) listener(message);
    },
    subscribe: (onMessage) => void listeners.add(onMessage),
    close: async () => listeners.clear(),
  };
}
