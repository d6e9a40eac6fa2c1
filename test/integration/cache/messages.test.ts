import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Messages } from '../../../cache/messages.ts';
import { createRedisMessages } from '../../../cache/redis-messages.ts';
import { createSqliteMessages } from '../../../cache/sqlite-messages.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { makeTempDirectory } from '../../support/temp.ts';

let redis: TestRedis;
let directory: Awaited<ReturnType<typeof makeTempDirectory>>;
beforeAll(async () => {
  redis = await startRedis();
  directory = await makeTempDirectory();
});
afterAll(async () => {
  await redis.stop();
  await directory.remove();
});

describe.each<[string, () => Messages]>([
  ['Redis', () => createRedisMessages({ url: redis.url, channel: 'pypins:test' })],
  ['SQLite', () => createSqliteMessages({ path: join(directory.path, 'messages.sqlite') })],
])('messages through %s', (_, create) => {
  function takePart(): { messages: Messages; heard: string[] } {
    const messages = create();
    const heard: string[] = [];
    messages.subscribe((message) => heard.push(message));
    onTestFinished(() => messages.close());
    return { messages, heard };
  }

  test('reach every process, the sender included, in order', async () => {
    const [one, other] = [takePart(), takePart()];
    // A subscription is there when the first message comes through.
    await expect
      .poll(async () => {
        await one.messages.publish('hello');
        return other.heard.length;
      })
      .toBeGreaterThan(0);
    await one.messages.publish('first');
    await other.messages.publish('second');
    await expect.poll(() => one.heard.slice(-2)).toEqual(['first', 'second']);
    await expect.poll(() => other.heard.slice(-2)).toEqual(['first', 'second']);
  });

  test('who comes later hears nothing of before', async () => {
    const early = takePart();
    await expect
      .poll(async () => {
        await early.messages.publish('before');
        return early.heard.length;
      })
      .toBeGreaterThan(0);
    const late = takePart();
    await expect
      .poll(async () => {
        await early.messages.publish('after');
        return late.heard.length;
      })
      .toBeGreaterThan(0);
    expect(new Set(late.heard)).toEqual(new Set(['after']));
  });
});

test('where there can be no file, nothing fails', async () => {
  const messages = createSqliteMessages({ path: '/no/such/folder/messages.sqlite' });
  const heard: string[] = [];
  messages.subscribe((message) => heard.push(message));
  await messages.publish('alone');
  await expect.poll(() => heard).toEqual(['alone']);
  await messages.close();
  await messages.publish('too late');
});

test('where Redis is not there, publishing neither fails nor waits', async () => {
  const messages = createRedisMessages({ url: 'redis://127.0.0.1:9', channel: 'x' });
  await messages.publish('lost');
  await messages.close();
  expect(await messages.publish('lost too')).toBeUndefined();
});
