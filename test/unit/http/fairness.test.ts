import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { createFairness, type Fairness } from '../../../src/http/fairness.ts';
import { createLimits, type Limits } from '../../../src/http/limits.ts';

let limits: Limits;
let fairness: Fairness;
let begun: string[];
/** What the event loop has been since the beginning. */
let loop: { active: number; idle: number };

function from(remoteAddress: string) {
  return { socket: { remoteAddress }, get: () => '' };
}

function ask(address: string, what: string): void {
  void fairness.turn(from(address)).then(() => begun.push(what));
}

async function begunAfter(turns: number): Promise<string[]> {
  for (let turn = 0; turn < turns; turn += 1) await nextTurn();
  return begun;
}

beforeEach(() => {
  limits = createLimits({ perSecond: 50, burst: 500, trustedProxies: [], exempt: ['10.0.0.1'] });
  loop = { active: 0, idle: 0 };
  fairness = createFairness(
    limits,
    ({ active, idle } = { active: 0, idle: 0, utilization: 0 }) => ({
      active: loop.active - active,
      idle: loop.idle - idle,
      utilization: 0,
    }),
  );
  begun = [];
});

test('whoever comes alone is begun at once', async () => {
  ask('1.1.1.1', 'first');
  await Promise.resolve();
  expect(begun).toEqual(['first']);
  await begunAfter(3);
  ask('1.1.1.1', 'second');
  await Promise.resolve();
  expect(begun).toEqual(['first', 'second']);
});

test('of many that come at once, one is begun in each turn of the event loop', async () => {
  for (let number = 0; number < 20; number += 1) ask('1.1.1.1', `${number}`);
  await Promise.resolve();
  let before = begun.length;
  expect(before).toBe(1);
  while (before < 20) {
    const { length } = await begunAfter(1);
    expect(length - before).toBeLessThanOrEqual(1);
    before = length;
  }
  expect(begun).toEqual(Array.from({ length: 20 }, (_, number) => `${number}`));
});

test('somebody else is begun before all but the first of a flood', async () => {
  for (let number = 0; number < 20; number += 1) ask('1.1.1.1', 'flood');
  ask('2.2.2.2', 'somebody');
  ask('10.0.0.1', 'exempt');
  expect((await begunAfter(30)).slice(0, 4)).toEqual(['flood', 'flood', 'somebody', 'exempt']);
  expect(begun).toHaveLength(22);
});

test('whoever has asked for much lately comes last', async () => {
  limits.admit(from('1.1.1.1'), 10);
  for (const address of ['3.3.3.3', '1.1.1.1', '2.2.2.2', '2.2.2.2']) ask(address, address);
  expect(await begunAfter(10)).toEqual(['3.3.3.3', '2.2.2.2', '2.2.2.2', '1.1.1.1']);
});

/** Lets timers and turns of the event loop pass. */
async function begunLater(): Promise<string[]> {
  await delay(5);
  return begunAfter(2);
}

test('who wants much is begun when the event loop was idle for as long as it was busy', async () => {
  limits.admit(from('1.1.1.1'), 10);
  ask('1.1.1.1', 'first');
  loop.active = 2;
  ask('1.1.1.1', 'second');
  ask('1.1.1.1', 'third');
  expect(await begunLater()).toEqual(['first']);
  loop.idle = 2;
  expect(await begunLater()).toEqual(['first', 'second', 'third']);
});

test('where several want much, they leave a share to one more together', async () => {
  const clients = ['1.1.1.1', '2.2.2.2', '3.3.3.3'];
  for (const client of clients) limits.admit(from(client), 10);
  loop.active = 3;
  for (const client of clients) ask(client, client);
  expect(await begunLater()).toEqual([]);
  loop.idle = 1;
  await expect.poll(() => begun.toSorted()).toEqual(clients);
});

test('others do not wait for that', async () => {
  limits.admit(from('1.1.1.1'), 10);
  loop.active = 1;
  ask('1.1.1.1', 'much');
  expect(await begunLater()).toEqual([]);
  ask('2.2.2.2', 'little');
  await Promise.resolve();
  expect(begun).toEqual(['little']);
  loop.idle = 1;
  expect(await begunLater()).toEqual(['little', 'much']);
});

test('a loop that is never idle begins what the limit would let pass in any case', async () => {
  limits.admit(from('1.1.1.1'), 10);
  ask('1.1.1.1', 'first');
  loop.active = limits.intervalMs - 1;
  ask('1.1.1.1', 'second');
  expect(await begunLater()).toEqual(['first']);
  loop.active = limits.intervalMs;
  expect(await begunLater()).toEqual(['first', 'second']);
});
