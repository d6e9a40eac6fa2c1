import { once } from 'node:events';
import { Redis } from 'ioredis';
import { inTime } from '../../deadline.ts';

const RECONNECT_FIRST_MS = 50;
const RECONNECT_MAX_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;

/** A connection is made anew for ever, soon and then every second. */
export const RECONNECT = {
  maxLoadingRetryTime: RECONNECT_MAX_MS,
  retryStrategy: (attempt: number) =>
    Math.min(RECONNECT_FIRST_MS * 2 ** (attempt - 1), RECONNECT_MAX_MS),
};

type OnStateChange = (healthy: boolean, error?: Error) => void;

/** A connection for requests that do not wait: while there is none, a command fails at once. */
export function connect(url: string, timeoutMs: number): Redis {
  const client = new Redis(url, {
    // Without these an operation waits for as long as Redis is away.
    enableOfflineQueue: false,
    // What is asked in one turn of the event loop is sent as one.
    enableAutoPipelining: true,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // Time-outs of commands and of the socket are ours: those of ioredis fire when our own event loop was blocked.
    disconnectTimeout: timeoutMs,
    connectTimeout: CONNECT_TIMEOUT_MS,
    ...RECONNECT,
    reconnectOnError: (error) => error.message.startsWith('LOADING'),
  });
  // A frozen Redis takes connections, too.
  return client.on('connect', () => {
    const { stream } = client;
    const said = inTime(timeoutMs, once(stream, 'data')).catch(() => undefined);
    void said.then((data) => data ?? dropSilent(stream, timeoutMs));
  });
}

/** Drops a connection on which nothing comes any more. */
export function dropSilent(stream: Redis['stream'], timeoutMs: number): void {
  stream.destroy(new Error(`no answer within ${timeoutMs} ms`));
}

/** Tells of every change, the first answer included; returns the function that ends it. */
export function reportState(client: Redis, onStateChange: OnStateChange | undefined): () => void {
  let healthy: boolean | undefined;
  let lastError: Error | undefined;
  const report = (next: boolean): void => {
    if (healthy !== next) onStateChange?.(next, next ? undefined : lastError);
    healthy = next;
    lastError = undefined;
  };
  const onReady = (): void => report(true);
  const onClose = (): void => report(false);
  // Without a listener ioredis prints what it emits.
  client.on('error', (error: Error) => {
    lastError = error;
  });
  client.on('ready', onReady).on('close', onClose);
  return () => void client.off('ready', onReady).off('close', onClose);
}
