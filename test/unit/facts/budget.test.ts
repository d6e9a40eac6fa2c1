import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type Budget,
  createBudget,
  ONLY_SPARE,
  type BudgetOptions,
} from '../../../src/facts/budget.ts';

const forEver = new AbortController().signal;

/** The counters of a store that two processes share. */
function createCounters(): BudgetOptions['store'] {
  const windows = new Map<string, { count: number; endsAtMs: number }>();
  return {
    increment(key, windowMs) {
      const open = windows.get(key);
      const window =
        open && Date.now() < open.endsAtMs ? open : { count: 0, endsAtMs: Date.now() + windowMs };
      window.count += 1;
      windows.set(key, window);
      return Promise.resolve(window.count);
    },
  };
}

const brokenStore: BudgetOptions['store'] = { increment: () => Promise.resolve(undefined) };

function budgetOf(store: BudgetOptions['store']) {
  return createBudget({ store, key: 'budget', perMinute: 20, perSecond: 2 });
}

describe('the budget towards an upstream', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each([
    ['shared through the store', createCounters],
    ['counted alone while the store fails', () => brokenStore],
  ])('allows at most 20 requests in any minute and 2 in a second: %s', async (_, createStore) => {
    const budget = budgetOf(createStore());
    const servedAtMs: number[] = [];
    const startedAtMs = Date.now();
    for (let i = 0; i < 60; i += 1)
      void budget.take(0, forEver).then(() => servedAtMs.push(Date.now() - startedAtMs));
    await vi.advanceTimersByTimeAsync(119_000);
    const inMinute = servedAtMs.filter((at) => at < 60_000).length;
    expect(inMinute).toBe(16);
    for (const at of servedAtMs) {
      expect(
        servedAtMs.filter((other) => other >= at && other < at + 1000).length,
      ).toBeLessThanOrEqual(4);
      expect(
        servedAtMs.filter((other) => other >= at && other < at + 60_000).length,
      ).toBeLessThanOrEqual(20);
    }
    budget.close();
  });

  test('two processes share one budget', async () => {
    const store = createCounters();
    const budgets = [budgetOf(store), budgetOf(store)];
    let served = 0;
    for (const budget of budgets) {
      for (let i = 0; i < 20; i += 1) void budget.take(0, forEver).then(() => (served += 1));
    }
    await vi.advanceTimersByTimeAsync(59_000);
    expect(served).toBe(16);
    for (const budget of budgets) budget.close();
  });

  test('serves first the record refreshed longest ago', async () => {
    const budget = budgetOf(createCounters());
    const order: string[] = [];
    for (let i = 0; i < 5; i += 1)
      await Promise.race([budget.take(0, forEver), vi.advanceTimersByTimeAsync(1_000)]);
    void budget.take(3_000, forEver).then(() => order.push('yesterday'));
    void budget.take(1_000, forEver).then(() => order.push('last week'));
    void budget.take(0, forEver).then(() => order.push('never'));
    expect(order).toEqual([]);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(order).toEqual(['never', 'last week', 'yesterday']);
    budget.close();
  });

  test('a cancelled request costs nothing, and the queue is limited', async () => {
    const budget = budgetOf({ increment: () => Promise.resolve(1_000) });
    const left = new AbortController();
    const waiting = budget.take(0, left.signal);
    left.abort();
    await expect(waiting).rejects.toMatchObject({ failure: 'over-budget' });
    for (let i = 0; i < 256; i += 1) void budget.take(0, forEver);
    await expect(budget.take(0, forEver)).rejects.toMatchObject({ failure: 'over-budget' });
    budget.close();
  });

  describe('of which names that nobody knows get what is to spare', () => {
    /** 120 in a quarter of a minute. */
    const open = (store = createCounters()) =>
      createBudget({ store, key: 'budget', perMinute: 600, clock: () => Date.now() });

    /** Asks so often at once; gives how many were served, and lets the others be refused or wait. */
    async function ask(budget: Budget, count: number, lastServedAtMs: number) {
      const told = { served: 0, refused: 0 };
      for (let i = 0; i < count; i += 1) {
        budget.take(lastServedAtMs, forEver).then(
          () => (told.served += 1),
          () => (told.refused += 1),
        );
      }
      await vi.advanceTimersByTimeAsync(0);
      return told;
    }

    test('half of a quarter at its start, refused at once beyond that; the rest is for the known', async () => {
      const budget = open();
      for (let i = 0; i < 5; i += 1) await ask(budget, 100, ONLY_SPARE);
      expect(budget.left()).toBe(60);
      expect(await ask(budget, 100, ONLY_SPARE)).toEqual({ served: 0, refused: 100 });
      expect(await ask(budget, 100, 1_000)).toEqual({ served: 60, refused: 0 });
      expect(await ask(budget, 1, ONLY_SPARE)).toEqual({ served: 0, refused: 1 });
      budget.close();
    });

    test('what the known have not claimed is given away towards the end of the quarter', async () => {
      const budget = open();
      let served = 0;
      for (let second = 0; second < 15; second += 1) {
        served += (await ask(budget, 20, ONLY_SPARE)).served;
        await vi.advanceTimersByTimeAsync(1_000);
      }
      expect(served).toBeGreaterThan(110);
      expect(served).toBeLessThanOrEqual(120);
      budget.close();
    });

    test('a flood of them costs the known nothing, who come evenly', async () => {
      const budget = open();
      let known = 0;
      for (let step = 0; step < 600; step += 1) {
        await ask(budget, 10, ONLY_SPARE);
        if (step % 3 === 0) known += (await ask(budget, 1, 1_000)).served;
        await vi.advanceTimersByTimeAsync(100);
      }
      expect(known).toBe(200);
      budget.close();
    });

    test.each([
      ['shared through the store', createCounters, 1],
      ['each process counts alone while the store fails', () => brokenStore, 2],
    ])(
      'a flood at two processes gets no more than 600 through in any minute: %s',
      async (_, createStore, budgets) => {
        const store = createStore();
        const [one, other] = [open(store), open(store)];
        const servedAtMs: number[] = [];
        const startedAtMs = Date.now();
        for (let step = 0; step < 1_200; step += 1) {
          for (const budget of [one, other]) {
            for (const lastServedAtMs of [ONLY_SPARE, step]) {
              budget.take(lastServedAtMs, forEver).then(
                () => servedAtMs.push(Date.now() - startedAtMs),
                () => undefined,
              );
            }
          }
          await vi.advanceTimersByTimeAsync(100);
        }
        for (let from = 0; from < 60_000; from += 1_000) {
          const inMinute = servedAtMs.filter((at) => at >= from && at < from + 60_000);
          expect(inMinute.length).toBeLessThanOrEqual(600 * budgets);
          expect(inMinute.length).toBeGreaterThan(400 * budgets);
        }
        for (const budget of [one, other]) budget.close();
      },
    );
  });
});
