import { Redis } from 'ioredis';
import type { Messages } from '../messages.ts';
import { RECONNECT } from './connection.ts';

const TIMEOUT_MS = 1_000;
/** Redis delivers a message at once; the rest is for a busy receiver. */
const SETTLE_MS = 50;

/** Creates messages over Redis' publish and subscribe; the subscription is renewed with the connection. */
export function createRedisMessages(options: { url: string; channel: string }): Messages {
  const { url, channel } = options;
  const sender = connect(url, { commandTimeout: TIMEOUT_MS });
  let receiver: Redis | undefined;
  return {
    settleMs: SETTLE_MS,
    async publish(message) {
      await sender.publish(channel, message).catch(() => undefined);
    },
    subscribe(onMessage) {
      if (receiver === undefined) {
        receiver = connect(url, {});
        void receiver.subscribe(channel).catch(() => undefined);
      }
      receiver.on('message', (_channel, message) => onMessage(message));
    },
    async close() {
      sender.disconnect();
      receiver?.disconnect();
    },
  };
}

function connect(url: string, options: { commandTimeout?: number }): Redis {
  const client = new Redis(url, {
    ...options,
    // A message waits for the connection until its time-out; a subscription waits as long as it takes.
    maxRetriesPerRequest: null,
    connectTimeout: TIMEOUT_MS,
    ...RECONNECT,
  });
  // Without a listener, ioredis prints errors. The store already reports whether Redis answers.
  client.on('error', () => undefined);
  return client;
}
