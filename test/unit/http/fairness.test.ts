import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { createFairness, type Fairness } from '../../../src/http/fairness.ts';
import { createLimits, type Limits } from '../../../src/http/limits.ts';

let limits: Limits;
let fairness: Fairness;
let begun: string[];

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
  fairness = createFairness(limits);
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
