/** Short messages between the processes of one installation. One that is sent while the way is down is lost. */
export interface Messages {
  /** Tells every process, this one included. Never rejects. */
  publish(message: string): Promise<void>;
  /** Calls back with every message from now on, within `POLL_MS` of the slowest way. */
  subscribe(onMessage: (message: string) => void): void;
  /** By then everybody has heard of what was published, in milliseconds. */
  readonly settleMs: number;
  close(): Promise<void>;
}

/** How often the embedded way is looked at: for so long a message may be under way. */
export const POLL_MS = 250;
