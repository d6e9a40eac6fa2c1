import { beforeEach, describe, expect, test } from 'vitest';
import { type Counter, createCounter } from '../../../cache/counter.ts';
import { createClock, type TestClock } from '../follow/harness.ts';

const WINDOW_MS = 15_000;
const KEY = 'budget';

let clock: TestClock;
/** The shared counter; undefined while the store fails. */
let shared: number | undefined;
let increments: number;
const makeCounter = (): Counter =>
  createCounter(
    {
      async increment() {
        if (shared === undefined) return undefined;
        increments += 1;
        return (shared += 1);
      },
    },
    clock.read,
  );

beforeEach(() => {
  clock = createClock();
  shared = 0;
  increments = 0;
});

async function countTimes(count: Counter, times: number): Promise<number[]> {
  const counts: number[] = [];
  for (let left = times; left > 0; left -= 1) counts.push(await count(KEY, WINDOW_MS));
  return counts;
}

describe('a counter that processes share', () => {
  test('is that of the store while it answers', async () => {
    const [one, other] = [makeCounter(), makeCounter()];
    expect(await countTimes(one, 2)).toEqual([1, 2]);
    expect(await countTimes(other, 2)).toEqual([3, 4]);
    expect(await countTimes(one, 1)).toEqual([5]);
  });

  test('goes on from the last shared count while the store fails, until its window ends', async () => {
    const count = makeCounter();
    await countTimes(count, 3);
    shared = undefined;
    expect(await countTimes(count, 2)).toEqual([4, 5]);
    clock.nowMs += WINDOW_MS;
    expect(await countTimes(count, 2)).toEqual([1, 2]);
  });

  test('begins at one where the store has never answered', async () => {
    shared = undefined;
    expect(await countTimes(makeCounter(), 3)).toEqual([1, 2, 3]);
  });

  test('tells the store what was counted alone, once', async () => {
    const [one, other] = [makeCounter(), makeCounter()];
    await countTimes(one, 2);
    shared = undefined;
    await countTimes(one, 2);
    await countTimes(other, 3);
    // What a replica has that was promoted: the last count is missing.
    shared = 1;
    expect(await countTimes(one, 2)).toEqual([4, 5]);
    expect(await countTimes(other, 1)).toEqual([9]);
    expect(await countTimes(one, 1)).toEqual([10]);
    expect(increments).toBe(2 + 9);
  });

  test('tells nothing of a window that is over, and no more than 200 of one that is not', async () => {
    const count = makeCounter();
    shared = undefined;
    await countTimes(count, 5);
    clock.nowMs += WINDOW_MS;
    shared = 0;
    expect(await countTimes(count, 1)).toEqual([1]);
    shared = undefined;
    await countTimes(count, 1_000);
    shared = 0;
    expect(await countTimes(count, 1)).toEqual([201]);
  });
});
