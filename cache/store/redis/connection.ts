import { once } from 'node:events';
import { Redis } from 'ioredis';
import { inTime } from '../../deadline.ts';

const RECONNECT_FIRST_MS = 50;
const RECONNECT_MAX_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;

/** Reconnects for ever, at first after 50 ms, later every second. */
export const RECONNECT = {
  maxLoadingRetryTime: RECONNECT_MAX_MS,
  retryStrategy: (attempt: number) =>
    Math.min(RECONNECT_FIRST_MS * 2 ** (attempt - 1), RECONNECT_MAX_MS),
};

type OnStateChange = (healthy: boolean, error?: Error) => void;

/** Opens a connection for requests that must not wait: commands fail at once while it is down. */
export function connect(url: string, timeoutMs: number): Redis {
  const client = new Redis(url, {
    // Together with the next two options: commands fail at once while Redis is down.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // Sends the commands of one turn of the event loop together.
    enableAutoPipelining: true,
    // `inTime` limits commands and silence instead of ioredis, whose time-outs fire after a blocked event loop.
    disconnectTimeout: timeoutMs,
    connectTimeout: CONNECT_TIMEOUT_MS,
    ...RECONNECT,
    reconnectOnError: (error) => error.message.startsWith('LOADING'),
  });
  // Even a frozen Redis accepts connections, so each one must answer in time.
  return client.on('connect', () => {
    const { stream } = client;
    const answered = inTime(timeoutMs, once(stream, 'data')).catch(() => undefined);
    void answered.then((data) => data ?? dropSilent(stream, timeoutMs));
  });
}

/** Drops a connection that does not answer. */
export function dropSilent(stream: Redis['stream'], timeoutMs: number): void {
  stream.destroy(new Error(`no answer within ${timeoutMs} ms`));
}

/** Whether Redis can be used, and why not. */
export interface ConnectionState {
  /** Whether Redis answers and takes writes. */
  readonly isSound: () => boolean;
  /** The latest failure; undefined while Redis can be used. */
  readonly failure: () => Error | undefined;
  /** Notes whether Redis has refused a write. */
  readonly noteWrite: (refusal?: Error) => void;
  /** Reports no more. */
  readonly stop: () => void;
}

/** Watches the connection. Calls `onStateChange` on every change, starting with the first state. */
export function watchState(
  client: Redis,
  onStateChange: OnStateChange | undefined,
): ConnectionState {
  let healthy: boolean | undefined;
  let failure: Error | undefined;
  const report = (next: boolean): void => {
    if (next) failure = undefined;
    if (healthy !== next) onStateChange?.(next, failure);
    healthy = next;
  };
  const onReady = (): void => report(true);
  const onClose = (): void => report(false);
  // Without a listener, ioredis prints errors.
  client.on('error', (error: Error) => {
    failure = error;
  });
  client.on('ready', onReady).on('close', onClose);
  return {
    isSound: () => client.status === 'ready' && healthy !== false,
    failure: () => failure,
    noteWrite(refusal) {
      if (refusal === undefined && healthy !== false) return;
      failure = refusal;
      report(refusal === undefined);
    },
    stop: () => void client.off('ready', onReady).off('close', onClose),
  };
}
