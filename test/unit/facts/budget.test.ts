import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createBudget, type BudgetOptions } from '../../../src/facts/budget.ts';

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
});
