import { afterEach, beforeEach, vi } from 'vitest';
import { createFacts } from '../../../cache/facts.ts';
import type { Facts, FactsEvent, FactsOptions, Found } from '../../../cache/facts.ts';
import { createSqliteStore } from '../../../cache/sqlite-store.ts';
import type { Store } from '../../../cache/store.ts';
import { createUpstream } from './fake-upstream.ts';
import type { Upstream } from './fake-upstream.ts';

export const NOW = Date.UTC(2026, 10, 1);
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const DAY = 24 * 60 * MINUTE;

/** What a test works with: one process's facts over a real store, and an upstream of its own; it turns the clock. */
export interface Harness {
  store: Store;
  upstream: Upstream;
  facts: Facts<string>;
  events: FactsEvent[];
}

/** Makes everything anew before each test of the file. */
export function useHarness(): Harness {
  const harness = createHarness();
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW });
    Object.assign(harness, createHarness());
  });
  afterEach(async () => {
    await harness.facts.close();
    await harness.store.close();
    vi.useRealTimers();
  });
  return harness;
}

// `Date.now` of the moment: it is another one under fake timers.
const clock = (): number => Date.now();

function createHarness(): Harness {
  const store = createSqliteStore({ path: ':memory:', maxBytes: 1_000_000, clock });
  const parts = { store, upstream: createUpstream(), events: [] };
  return { ...parts, facts: startProcess(parts) };
}

/** Facts of a process of its own, over the same store and the same upstream. */
export function startProcess(
  { store, upstream, events }: Omit<Harness, 'facts'>,
  options: Partial<FactsOptions<string>> = {},
): Facts<string> {
  return createFacts({
    source: upstream,
    store,
    keyPrefix: 'pypins:1',
    keptSeconds: 30 * 24 * 60 * 60,
    memoryMaxBytes: 1_000_000,
    jitter: 0,
    observe: (event) => events.push(event),
    ...options,
  });
}

/** The answer to a get, and after how long it came: the clock is turned until it is there. */
export async function ask(
  facts: Facts<string>,
  id = 'a',
): Promise<Found<string> & { afterMs: number }> {
  const startMs = performance.now();
  const answer = facts
    .get(id)
    .then((found) => ({ ...found, afterMs: performance.now() - startMs }));
  await pass(0);
  while (vi.getTimerCount() > 0) {
    const settled = await Promise.race([answer, Promise.resolve(undefined)]);
    if (settled !== undefined) return settled;
    await vi.advanceTimersToNextTimerAsync();
  }
  return answer;
}

/** Turns the clock on. */
export async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}
