import { expect, onTestFinished, test } from 'vitest';
import { createSqliteStore } from '../../../cache/store/sqlite/store.ts';
import type { Store } from '../../../cache/store/contract.ts';
import { createClock, load, openLoader, startStandInForTest } from './scene.ts';

function openStore(): Store {
  const store = createSqliteStore({ path: ':memory:', maxBytes: 8_000_000 });
  onTestFinished(() => store.close());
  return store;
}

test('keeps the pause between two queries, also after a restart', async () => {
  const [store, clock] = [openStore(), createClock()];
  const standIn = await startStandInForTest();
  const options = { pauseMs: 75_000 };
  standIn.misbehave('reset', 4);
  await expect(load(openLoader(store, standIn.url, clock, options).loader)).rejects.toThrow(
    'ClickHouse',
  );
  expect(clock.waits).toEqual([75_000, 75_000, 75_000, 75_000]);
  standIn.misbehave(undefined);
  clock.waits = [];
  clock.nowMs += 5_000;
  await load(openLoader(store, standIn.url, clock, options).loader);
  expect(clock.waits[0]).toBeGreaterThan(0);
  expect(clock.waits).toHaveLength(1 + 24 - 3);
});

test.each([
  ['no room', { freeBytes: () => Promise.resolve(1000) }, 'no room'],
  ['a load that is too large', { maxBytes: 10 }, 'DOWNLOADS_MAX_BYTES'],
])('publishes nothing where there is %s', async (_what, options, problem) => {
  const { url } = await startStandInForTest();
  const { loader, find } = openLoader(openStore(), url, createClock(), options);
  await expect(load(loader)).rejects.toThrow(problem);
  expect(await find('requests')).toEqual({ state: 'unloaded' });
});
