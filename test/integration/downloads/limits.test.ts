import { expect, onTestFinished, test } from 'vitest';
import { createSqliteStore } from '../../../cache/store/sqlite/store.ts';
import type { Store } from '../../../cache/store/contract.ts';
import {
  createClock,
  LAST,
  later,
  load,
  openLoader,
  ROWS,
  rowsOf,
  startStandInForTest,
} from './scene.ts';

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

test('on a full disk the load before stays, and the next one goes on', async () => {
  const [store, clock] = [openStore(), createClock()];
  const standIn = await startStandInForTest();
  let room = Infinity;
  const set: Store['set'] = async (...record) => (room -= 1) >= 0 && (await store.set(...record));
  const { loader, find } = openLoader({ ...store, set }, standIn.url, clock);
  await load(loader);
  clock.nowMs += 86_400_000;
  standIn.setRows(later(ROWS));
  for (const records of [0, 3, 9, 9]) {
    room = records;
    await expect(load(loader)).rejects.toThrow('takes no writes');
    expect(await find('requests')).toMatchObject({ state: 'counted', load: { day: LAST } });
  }
  room = Infinity;
  expect(await load(loader)).toMatchObject({ state: 'published' });
});

test('finds the last day where nobody has the best known projects, and all others are too much at once', async () => {
  const standIn = await startStandInForTest([...rowsOf('flask', 10), ...rowsOf('zope', 1)]);
  const { loader, find } = openLoader(openStore(), standIn.url, createClock());
  standIn.limit(50);
  await load(loader);
  expect(await find('flask')).toMatchObject({ counts: { lastDay: 10 }, load: { day: LAST } });
});
