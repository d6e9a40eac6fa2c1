import { Redis } from 'ioredis';
import type { Messages } from '../messages.ts';
import { RECONNECT } from './connection.ts';

const TIMEOUT_MS = 1_000;
/** Redis passes a message on at once; the rest is for a receiver that is busy. */
const SETTLE_MS = 50;

/** Messages through Redis' own publish and subscribe; the subscription comes back with the connection. */
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
    close() {
      sender.disconnect();
      receiver?.disconnect();
      return Promise.resolve();
    },
  };
}

function connect(url: string, options: { commandTimeout?: number }): Redis {
  const client = new Redis(url, {
    ...options,
    // A message waits for the connection, but not for ever; a subscription is made as soon as there is one.
    maxRetriesPerRequest: null,
    connectTimeout: TIMEOUT_MS,
    ...RECONNECT,
  });
  // Without a listener ioredis prints what it emits; the store tells whether Redis answers.
  client.on('error', () => undefined);
  return client;
}
