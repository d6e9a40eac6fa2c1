import { once } from 'node:events';
import type { Redis } from 'ioredis';
import { inTime } from '../../deadline.ts';
import type { Operation } from '../attempt.ts';
import { createClient, RECONNECT_MAX_MS, type RedisSite } from './client.ts';

const CONNECT_TIMEOUT_MS = 2_000;
const REPLICA = 'READONLY';
const UNWRITABLE = "Stream isn't writeable";
/** To the user of the URL. */
const FORBIDDEN = 'NOPERM';

type OnStateChange = (healthy: boolean, error?: Error) => void;

/** Opens a connection for requests that must not wait: commands fail at once while it is down. */
export function connect(site: RedisSite, timeoutMs: number): Redis {
  const client = createClient(site, {
    // Together with the next two options: commands fail at once while Redis is down.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // Sends the commands of one turn of the event loop together.
    enableAutoPipelining: true,
    // `inTime` limits commands and silence instead of ioredis, whose time-outs fire after a blocked event loop.
    disconnectTimeout: timeoutMs,
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectOnError: createReconnectRule(() => performance.now()),
  });
  // Even a frozen Redis accepts connections, so each one must answer in time.
  return client.on('connect', () => {
    const { stream } = client;
    const answered = inTime(timeoutMs, once(stream, 'data')).catch(() => undefined);
    void answered.then((data) => data ?? dropSilent(stream, timeoutMs));
  });
}

/**
 * Whether an error reply means that another connection is needed: Redis loads, or it is a replica since a failover. A
 * replica that is all there is gets a new connection each second.
 */
export function createReconnectRule(clock: () => number): (error: Error) => boolean {
  let leftAtMs = -Infinity;
  return ({ message }) => {
    if (message.startsWith('LOADING')) return true;
    if (!message.startsWith(REPLICA) || clock() - leftAtMs < RECONNECT_MAX_MS) return false;
    leftAtMs = clock();
    return true;
  };
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
  /** Notes an answer: whether Redis has refused the operation. */
  readonly noteAnswer: (operation: Operation, refusal?: Error) => void;
  /** Redis was a replica at the last write: a new connection may lead to another one. */
  readonly wasReplica: () => boolean;
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
  let wasReplica = false;
  // A full Redis does leases that are held, so that only `set` tells that it takes writes.
  let recoversBy: Operation | undefined;
  const onReady = (): void => {
    if (!wasReplica) report(true);
  };
  const onClose = (): void => {
    failure ??= new Error('the connection was closed');
    report(false);
  };
  // Without a listener, ioredis prints errors.
  client.on('error', (error: Error) => {
    // What follows from leaving a connection tells no reason.
    if (!error.message.startsWith(UNWRITABLE)) failure = error;
    // Without a sentinel that answers, there is no connection that could be closed.
    if (client.status === 'connecting') report(false);
  });
  client.on('ready', onReady).on('close', onClose);
  return {
    isSound: () => client.status === 'ready' && healthy !== false,
    failure: () => failure,
    noteAnswer(operation, refusal) {
      if (refusal === undefined && operation !== recoversBy) return;
      const isForbidden = refusal?.message.startsWith(FORBIDDEN) === true;
      recoversBy = refusal && (isForbidden ? operation : 'set');
      wasReplica = refusal?.message.startsWith(REPLICA) ?? false;
      failure = refusal;
      report(refusal === undefined);
    },
    wasReplica: () => wasReplica,
    stop: () => void client.off('ready', onReady).off('close', onClose),
  };
}
