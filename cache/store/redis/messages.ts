import type { Redis } from 'ioredis';
import { inTime } from '../../deadline.ts';
import type { Messages } from '../messages.ts';
import { createClient, type RedisSite } from './client.ts';
import { dropSilent } from './connection.ts';

const TIMEOUT_MS = 1_000;
/** Redis delivers a message at once; the rest is for a busy receiver. */
const SETTLE_MS = 50;
/** How often the subscription is tried: without messages, nothing else tells that its Redis has gone. */
const TRIED_MS = 5_000;

/** Creates messages over Redis' publish and subscribe; the subscription is renewed with the connection. */
export function createRedisMessages(options: RedisSite & { readonly channel: string }): Messages {
  const { channel } = options;
  const sender = connect(options, TIMEOUT_MS);
  let receiver: Redis | undefined;
  let trying: NodeJS.Timeout | undefined;
  return {
    settleMs: SETTLE_MS,
    async publish(message) {
      await sender.publish(channel, message).catch((error: unknown) => dropIfSilent(sender, error));
    },
    subscribe(onMessage) {
      if (receiver === undefined) {
        const opened = (receiver = connect(options));
        void opened.subscribe(channel).catch(() => undefined);
        trying = setInterval(() => void tryOut(opened), TRIED_MS).unref();
      }
      receiver.on('message', (_channel, message) => onMessage(message));
    },
    async close() {
      clearInterval(trying);
      sender.disconnect();
      receiver?.disconnect();
    },
  };
}

function connect(site: RedisSite, commandTimeout?: number): Redis {
  const client = createClient(site, {
    ...(commandTimeout !== undefined && { commandTimeout }),
    // A message waits for the connection until its time-out; a subscription waits as long as it takes.
    maxRetriesPerRequest: null,
    connectTimeout: TIMEOUT_MS,
  });
  // Without a listener, ioredis prints errors. The store already reports whether Redis answers.
  client.on('error', () => undefined);
  return client;
}

/** Drops the connection if the command has had no answer: the host may be gone, or the network. */
function dropIfSilent(client: Redis, error: unknown): void {
  if (isConnected(client) && error instanceof Error && error.message === 'Command timed out')
    dropSilent(client.stream, TIMEOUT_MS);
}

/** Perhaps to one that is frozen, and has not answered yet. */
function isConnected({ status }: Redis): boolean {
  return status === 'connect' || status === 'ready';
}

async function tryOut(client: Redis): Promise<void> {
  if (!isConnected(client)) return;
  const answer = await inTime(TIMEOUT_MS, client.ping()).catch(() => 'none');
  if (answer === undefined) dropSilent(client.stream, TIMEOUT_MS);
}
