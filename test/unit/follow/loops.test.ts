import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eachAtOnce, every } from '../../../src/follow/loops.ts';
import { pass, SECOND } from '../cache/facts/harness.ts';

describe('a repeated step', () => {
  let stop: AbortController;
  let failures: unknown[];

  beforeEach(() => {
    vi.useFakeTimers({ fakeNodeBuiltins: true });
    stop = new AbortController();
    failures = [];
  });
  afterEach(() => {
    stop.abort();
    vi.useRealTimers();
  });

  const start = (step: () => Promise<number | void>): Promise<void> =>
    every(stop.signal, SECOND, step, (error) => failures.push(error));

  test.each([
    ['its own rest', () => Promise.resolve(), 11],
    ['the rest that it says', () => Promise.resolve(5 * SECOND), 3],
    ['a rest also when it fails', () => Promise.reject(new Error('failed')), 11],
  ])('has %s between two', async (_, step, times) => {
    const steps = vi.fn<typeof step>(step);
    void start(steps);
    await pass(10 * SECOND);
    expect(steps).toHaveBeenCalledTimes(times);
  });

  test('does not overlap itself', async () => {
    let under = 0;
    let steps = 0;
    void start(async () => {
      expect((under += 1)).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 10 * SECOND));
      under -= 1;
      steps += 1;
    });
    await pass(33 * SECOND);
    expect(steps).toBe(3);
    expect(failures).toEqual([]);
  });

  test('reports each failure, except one caused by the abort', async () => {
    const running = start(() => Promise.reject(new Error('failed')));
    await pass(SECOND);
    expect(failures).toHaveLength(2);
    stop.abort();
    await running;
    const failing = every(
      stop.signal,
      SECOND,
      () => Promise.reject(new Error('failed')),
      () => {
        throw new Error('told of');
      },
    );
    await expect(failing).resolves.toBeUndefined();
  });

  test('stops at once while it waits', async () => {
    const running = start(() => Promise.resolve(3_600 * SECOND));
    await pass(SECOND);
    stop.abort();
    await running;
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('work on many items', () => {
  test.each([
    { items: 0, limit: 4, most: 0 },
    { items: 3, limit: 4, most: 3 },
    { items: 20, limit: 4, most: 4 },
  ])('of $items, at most $limit at once', async ({ items, limit, most }) => {
    const done: number[] = [];
    let under = 0;
    let highest = 0;
    const all = Array.from({ length: items }, (_, at) => at);
    await eachAtOnce(all, limit, async (item) => {
      highest = Math.max(highest, (under += 1));
      await delay(1);
      under -= 1;
      done.push(item);
    });
    expect(done.toSorted((a, b) => a - b)).toEqual(all);
    expect(highest).toBe(most);
  });

  test('that fails for one item rejects, and is done for the others', async () => {
    const done: number[] = [];
    const work = eachAtOnce([1, 2, 3, 4, 5], 2, (item) => {
      if (item === 2) return Promise.reject(new Error('failed'));
      return Promise.resolve(done.push(item));
    });
    await expect(work).rejects.toThrow('failed');
    await delay(1);
    expect(done).toEqual([1, 3, 4, 5]);
  });
});
