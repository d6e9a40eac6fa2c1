import { afterEach, beforeEach, vi } from 'vitest';
import { createFacts } from '../../../../cache/facts/facts.ts';
import type { FactsOptions } from '../../../../cache/facts/facts.ts';
import type { Facts, FactsEvent, Found } from '../../../../cache/facts/contract.ts';
import { createSqliteStore } from '../../../../cache/store/sqlite/store.ts';
import type { Store } from '../../../../cache/store/contract.ts';
import { createUpstream } from './fake-upstream.ts';
import type { Upstream } from './fake-upstream.ts';

export const NOW = Date.UTC(2026, 10, 1);
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const DAY = 24 * 60 * MINUTE;

/** The facts of one process over a real store and a fake upstream, with fake timers. */
export interface Harness {
  store: Store;
  upstream: Upstream;
  facts: Facts<string>;
  events: FactsEvent[];
}

/** Creates a new harness before each test of the file. */
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

// Looks `Date.now` up at each call, because fake timers replace it.
const clock = (): number => Date.now();

function createHarness(): Harness {
  const store = createSqliteStore({ path: ':memory:', maxBytes: 1_000_000, clock });
  const parts = { store, upstream: createUpstream(), events: [] };
  return { ...parts, facts: startProcess(parts) };
}

/** Creates the facts of another process over the same store and upstream. */
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

/** The store, but that it loses the writes of some keys, and says that it has taken them. */
export function losing(store: Store, isLost: (key: string) => boolean): Store {
  const set: Store['set'] = async (key, ...others) => isLost(key) || store.set(key, ...others);
  return new Proxy(store, {
    get: (of, name): unknown => (name === 'set' ? set : Reflect.get(of, name)),
  });
}

/**
 * Gets an id and advances the clock until the answer comes. Returns the answer and the time it took: a deadline takes a
 * millisecond longer than its value.
 */
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

/** Advances the clock. */
export async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}
