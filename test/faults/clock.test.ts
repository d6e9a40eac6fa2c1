import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createContentStore } from '../../cache/content/store.ts';
import { createSqliteStore } from '../../cache/store/sqlite/store.ts';
import { createRateLimit } from '../../src/http/limits/rate-limit.ts';
import { createBudget } from '../../src/facts/budget.ts';
import { createUpstreamClient } from '../../src/upstream/client.ts';
import { nextDailyLoadMs } from '../../src/facts/pypistats.ts';
import { startStandIn } from '../support/service/service.ts';
import { tempDirectoryForTest } from '../support/temp.ts';
import {
  ask,
  DAY,
  MINUTE,
  NOW,
  SECOND,
  startProcess,
  useHarness,
} from '../unit/cache/facts/harness.ts';

const HOUR = 60 * MINUTE;
const forEver = new AbortController().signal;

/** What the clock says after a jump. */
const JUMPS: readonly (readonly [string, number])[] = [
  ['back by a second', NOW - SECOND],
  ['back by half a minute', NOW - MINUTE / 2],
  ['back by an hour', NOW - HOUR],
  ['forward by an hour', NOW + HOUR],
  ['back by a day', NOW - DAY],
  ['forward by a day', NOW + DAY],
  ['back by 30 days', NOW - 30 * DAY],
  ['forward by 30 days', NOW + 30 * DAY],
  ['to the end of the year', Date.UTC(2026, 11, 31, 23, 59, 59, 999)],
  ['to 29 February', Date.UTC(2028, 1, 29)],
  ['to 1970', 0],
  ['to 2100', Date.UTC(2100, 1, 28, 23, 59)],
];

describe('facts that two processes share', () => {
  const harness = useHarness();

  test.each(JUMPS)('%s, and back: no age is negative, and no storm', async (_, thenMs) => {
    harness.upstream.says('value');
    const processes = [harness.facts, startProcess(harness)];
    onTestFinished(() => processes[1]?.close());
    for (const nowMs of [NOW, thenMs, NOW, thenMs]) {
      vi.setSystemTime(nowMs);
      const calls = harness.upstream.calls.length;
      for (let i = 0; i < 40; i += 1) {
        const found = await ask(processes[i % 2] ?? harness.facts);
        expect(found).toMatchObject({ state: 'fresh', value: 'value' });
        expect('fetchedAtMs' in found && found.fetchedAtMs <= Date.now()).toBe(true);
        await vi.advanceTimersByTimeAsync(SECOND);
      }
      expect(harness.upstream.calls.length - calls).toBeLessThanOrEqual(2);
    }
  });

  test.each(JUMPS)('%s while the upstream is away: what is known is served', async (_, thenMs) => {
    harness.upstream.says('value');
    await ask(harness.facts);
    harness.upstream.fails();
    vi.setSystemTime(thenMs);
    const found = await ask(harness.facts);
    // Nothing is kept for longer than 30 days.
    const state = thenMs < NOW + 30 * DAY ? /fresh|stale/ : /unavailable/;
    expect(found.state).toMatch(state);
    vi.setSystemTime(NOW);
    harness.upstream.says('value');
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    expect(await ask(harness.facts)).toMatchObject({ state: 'fresh', value: 'value' });
  });
});

describe('the next daily load', () => {
  /** Zones whose clocks change at other times of the day and year, by other amounts. */
  const ZONES = ['UTC', 'America/New_York', 'Australia/Lord_Howe'];
  const MOMENTS = [
    '1970-01-01T00:00:00Z',
    '2026-03-08T06:59:59Z',
    '2026-04-04T15:00:00Z',
    '2026-11-01T06:00:00Z',
    '2026-12-31T23:59:59.999Z',
    '2028-02-29T02:29:59.999Z',
  ];

  test.each(ZONES)('comes within a day, at 02:30 UTC, in %s', (zone) => {
    vi.stubEnv('TZ', zone);
    expect(Intl.DateTimeFormat().resolvedOptions().timeZone).toBe(zone);
    for (const moment of MOMENTS) {
      const next = nextDailyLoadMs(Date.parse(moment));
      expect(next - Date.parse(moment)).toBeGreaterThan(0);
      expect(next - Date.parse(moment)).toBeLessThanOrEqual(DAY);
      expect(new Date(next).toISOString()).toMatch(/T02:30:00.000Z$/);
    }
  });
});

describe('a limit that is in force', () => {
  beforeEach(() => void vi.useFakeTimers({ now: NOW }));
  afterEach(() => void vi.useRealTimers());

  test.each(JUMPS)('of a client lasts neither longer nor shorter: %s', (_, thenMs) => {
    const limits = createRateLimit({ perSecond: 2, burst: 3, trustedProxies: [], exempt: [] });
    const admit = (): number =>
      limits.charge({ get: () => '', socket: { remoteAddress: '1.1.1.1' } });
    for (let i = 0; i < 3; i += 1) admit();
    vi.setSystemTime(thenMs);
    expect(admit).toThrow(expect.objectContaining({ code: 'limited', retryAfterSeconds: 1 }));
    vi.advanceTimersByTime(1_500);
    for (let i = 0; i < 3; i += 1) admit();
    expect(admit).toThrow();
  });

  const STORES = [
    ['counted alone', () => ({ increment: () => Promise.resolve(undefined) })],
    ['counted in a file', () => createSqliteStore({ path: ':memory:', maxBytes: 1_000_000 })],
  ] as const;

  test.each(
    STORES.flatMap(([name, create]) =>
      JUMPS.map(([jump, thenMs]) => [name, jump, create, thenMs] as const),
    ),
  )(
    'of the budget, %s, %s: it goes on, and is not spent twice over',
    async (_name, _jump, createStore, thenMs) => {
      const budget = createBudget({ store: createStore(), key: 'b', perMinute: 20, perSecond: 2 });
      onTestFinished(() => budget.close());
      let served = 0;
      for (let i = 0; i < 200; i += 1) void budget.take(0, forEver).then(() => (served += 1));
      await vi.advanceTimersByTimeAsync(20 * SECOND);
      vi.setSystemTime(thenMs);
      await vi.advanceTimersByTimeAsync(100 * SECOND);
      // Two minutes: 32. A jump may cost a minute, or give a quarter of one for nothing.
      expect(served).toBeGreaterThanOrEqual(16);
      expect(served).toBeLessThanOrEqual(45);
    },
  );
});

describe('what other times have written', () => {
  const ERAS = [
    ['2100', Date.UTC(2100, 0, 1)],
    ['1970', 0],
    ['an hour from now', Date.now() + HOUR],
  ] as const;

  test.each(ERAS)('pictures of %s are swept as others are', async (_, thenMs) => {
    const directory = await tempDirectoryForTest();
    const options = { directory, maxBytes: 400_000, formatVersion: 1, sweepIntervalMs: HOUR };
    const store = createContentStore(options);
    onTestFinished(() => store.close());
    const folder = join(directory, 'v1', 'ab');
    await mkdir(folder, { recursive: true });
    for (let number = 0; number < 200; number += 1) {
      await writeFile(join(folder, `${number}`), 'a picture');
      await utimes(join(folder, `${number}`), thenMs / SECOND, thenMs / SECOND);
    }
    await store.sweep();
    const { bytes, objects } = store.stats();
    expect(bytes).toBeLessThanOrEqual(400_000);
    expect(objects).toBeGreaterThan(50);
    expect(await readdir(folder)).toHaveLength(objects);
  });

  test('an unfinished picture of 2100 goes, one of this hour stays', async () => {
    const directory = await tempDirectoryForTest();
    const folder = join(directory, 'v1', 'tmp');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'new'), 'half');
    await writeFile(join(folder, 'of-2100'), 'half');
    await utimes(join(folder, 'of-2100'), Date.UTC(2100) / SECOND, Date.UTC(2100) / SECOND);
    const store = createContentStore({
      directory,
      maxBytes: 400_000,
      formatVersion: 1,
      sweepIntervalMs: HOUR,
    });
    await store.sweep();
    await store.close();
    expect(await readdir(folder)).toEqual(['new']);
  });
});

test('an upstream is asked again after seconds, although the clock was set back by a day', async () => {
  const standIn = await startStandIn();
  onTestFinished(() => standIn.close());
  const client = createUpstreamClient({
    url: standIn.url,
    userAgent: 'tests',
    concurrency: 1,
    maxBytes: 1e6,
  });
  onTestFinished(() => client.close());
  const get = (): Promise<number> =>
    client.get({ path: '/pypi/requests/json' }).then(({ status }) => status);
  standIn.misbehave({ mode: '503' });
  for (let i = 0; i < 6; i += 1) await expect(get()).rejects.toThrow();
  vi.useFakeTimers({ now: Date.now() - DAY, toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  standIn.behave();
  await expect.poll(() => get().catch(String), { timeout: 20_000 }).toBe(200);
});
