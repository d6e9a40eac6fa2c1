import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createLocalMessages, type Messages } from '../../../../cache/store/messages.ts';
import { createRedisMessages } from '../../../../cache/store/redis/messages.ts';
import { startRedis, type TestRedis } from '../../../support/redis/redis.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe('messages through Redis', () => {
  function takePart(): { messages: Messages; heard: string[] } {
    const messages = createRedisMessages({ url: redis.url, channel: 'pypins:test' });
    const heard: string[] = [];
    messages.subscribe((message) => heard.push(message));
    onTestFinished(() => messages.close());
    return { messages, heard };
  }

  test('reach every process in order, the sender included', async () => {
    const [one, other] = [takePart(), takePart()];
    // The subscription is ready when the first message arrives.
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

  test('do not reach later subscribers', async () => {
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

test('local messages reach this process until they are closed', async () => {
  const messages = createLocalMessages(0);
  const heard: string[] = [];
  messages.subscribe((message) => heard.push(message));
  await messages.publish('alone');
  await messages.close();
  await messages.publish('too late');
  expect(heard).toEqual(['alone']);
});

test('without Redis, publishing neither rejects nor waits', async () => {
  const messages = createRedisMessages({ url: 'redis://127.0.0.1:9', channel: 'x' });
  await messages.publish('lost');
  await messages.close();
  expect(await messages.publish('lost too')).toBeUndefined();
});
