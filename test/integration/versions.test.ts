import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createFacts } from '../../cache/facts/facts.ts';
import type { Facts, Known, Loaded } from '../../cache/facts/contract.ts';
import type { Store } from '../../cache/store/contract.ts';
import { FOLLOW_KEYS } from '../../src/follow/keys.ts';
import { whileLeading } from '../../src/follow/leader.ts';
import { KEYS, RECORDS_PREFIX } from '../../src/keys.ts';
import { createBudget } from '../../src/facts/budget.ts';
import { type Backend, BACKENDS } from './cache/store/backends.ts';

const NOW = Date.now();
const MINUTE = 60_000;
const ANSWER = { version: '1.0', summary: 'words', author: 'somebody' };

const older = z.object({ version: z.string() });
const newer = older.extend({ summary: z.string().nullable().default(null) });
const other = older.extend({ author: z.string().nullable().default(null) });
const unlike = z.object({ releases: z.array(z.string()) });

/** The upstream of all versions. PyPI has a `serial`, pypistats.org has none. */
let upstream: { isDown: boolean; serial: number | undefined; asked: (string | undefined)[] };
let skewMs: number;
const closing: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  upstream = { isDown: false, serial: 1, asked: [] };
  skewMs = 0;
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

function load<T>(schema: z.ZodType<T>, known: Known<T> | undefined): Promise<Loaded<T>> {
  upstream.asked.push(known?.validator);
  if (upstream.isDown) return Promise.reject(new Error('the upstream is down'));
  if (known?.validator === '"etag"') return Promise.resolve({ state: 'unchanged' });
  const { serial } = upstream;
  const value = schema.parse({ ...ANSWER, releases: [] });
  return Promise.resolve({ state: 'known', value, validator: '"etag"', serial });
}

describe.each(BACKENDS)('two versions of the code over one %s store', (_, startBackend) => {
  let backend: Backend;
  let id: string;
  beforeAll(async () => {
    backend = await startBackend();
    id = '0';
  });
  beforeEach(() => {
    id = `${Number(id) + 1}`;
  });
  afterAll(() => backend.stop());

  async function openStore(): Promise<Store> {
    const store = await backend.open();
    closing.push(() => store.close());
    return store;
  }

  /** Starts a process with the version of the code that has this schema. */
  async function startProcess<T>(schema: z.ZodType<T>): Promise<Facts<T>> {
    const facts = createFacts({
      source: {
        name: 'pypi',
        schema,
        load: (_id, known) => load(schema, known),
        freshUntilMs: (fetchedAtMs) => fetchedAtMs + 10 * MINUTE,
      },
      store: await openStore(),
      keyPrefix: RECORDS_PREFIX,
      keptSeconds: 86_400,
      memoryMaxBytes: 1_000_000,
      // Every look-up reads the store.
      memorySeconds: 0,
      patienceMs: 20_000,
      firstPatienceMs: 20_000,
      jitter: 0,
      clock: () => NOW + skewMs,
    });
    closing.push(() => facts.close());
    return facts;
  }

  /** Until the process before has written the record and released its lease, the next one serves it stale. */
  async function expectFresh(facts: Facts<unknown>, more: object = {}): Promise<void> {
    await expect.poll(async () => facts.get(id)).toMatchObject({ state: 'fresh', ...more });
  }

  /** Looks facts up in all processes in turn, several times. */
  async function askInTurn(...processes: Facts<unknown>[]): Promise<void> {
    for (let i = 0; i < 5; i += 1) {
      for (const facts of processes) {
        skewMs += 1;
        await facts.get(id);
      }
    }
  }

  test('keep all facts available while the upstream is down', async () => {
    const [before, after] = [await startProcess(older), await startProcess(newer)];
    await before.get('by-older');
    await after.get('by-newer');
    upstream.isDown = true;
    for (const laterMs of [0, 11 * MINUTE, 12 * MINUTE]) {
      skewMs = laterMs;
      // New processes have an empty memory.
      for (const facts of [before, after, await startProcess(older), await startProcess(newer)]) {
        expect(await facts.get('by-older')).toMatchObject({ value: { version: '1.0' } });
        expect(await facts.get('by-newer')).toMatchObject({ value: { version: '1.0' } });
      }
      const value = { version: '1.0', summary: 'words' };
      expect(await (await startProcess(newer)).get('by-newer')).toMatchObject({ value });
    }
  });

  test('the newer one refetches a record without its field once, in full', async () => {
    const [before, after] = [await startProcess(older), await startProcess(newer)];
    await before.get(id);
    const value = { version: '1.0', summary: 'words' };
    await expectFresh(after, { value });
    await askInTurn(before, after, await startProcess(older), await startProcess(newer));
    expect(upstream.asked).toEqual([undefined, undefined]);
  });

  test('the newer one gets its field with the next request after a refresh by the older one', async () => {
    const [after, before] = [await startProcess(newer), await startProcess(older)];
    await after.get(id);
    skewMs = 11 * MINUTE;
    await expectFresh(before);
    const value = { version: '1.0', summary: 'words' };
    await expectFresh(await startProcess(newer), { value });
    expect(upstream.asked).toEqual([undefined, undefined, undefined]);
  });

  test('the same version fetches with the validator', async () => {
    const facts = await startProcess(newer);
    await facts.get(id);
    skewMs = 11 * MINUTE;
    const later = await startProcess(newer);
    await expectFresh(later);
    expect(upstream.asked).toEqual([undefined, '"etag"']);
  });

  test.each([1, undefined])(
    'two that lack each other’s field fetch once each in a fresh period (serial: %s)',
    async (serial) => {
      upstream.serial = serial;
      const [one, two] = [await startProcess(newer), await startProcess(other)];
      await askInTurn(one, two);
      expect(upstream.asked).toHaveLength(2);
      expect(await one.get(id)).toMatchObject({ value: { summary: 'words' } });
      expect(await two.get(id)).toMatchObject({ value: { author: 'somebody' } });
      skewMs += 21 * MINUTE;
      await askInTurn(one, two);
      expect(upstream.asked.length).toBeLessThanOrEqual(4);
    },
  );

  test('one that cannot read the other’s record keeps it until its own fetch succeeds', async () => {
    const facts = await startProcess(newer);
    await facts.get(id);
    upstream.isDown = true;
    const stranger = await startProcess(unlike);
    for (let i = 0; i < 3; i += 1) {
      expect(await stranger.get(id)).toMatchObject({ state: 'unavailable' });
    }
    expect(upstream.asked).toHaveLength(2);
    await expectFresh(await startProcess(newer));
    upstream.isDown = false;
    skewMs = MINUTE;
    await expectFresh(stranger, { value: { releases: [] } });
  });

  test('have one leader', async () => {
    const [first, second] = [await openStore(), await openStore()];
    // The key of earlier versions.
    const held = await first.acquireLease('pypins:1:follow', 15_000);
    expect(held).toMatchObject({ state: 'granted' });
    const stop = new AbortController();
    let hasLed = false;
    const ended = whileLeading(second, stop.signal, () => Promise.resolve(void (hasLed = true)));
    expect(await second.acquireLease(FOLLOW_KEYS.lease, 15_000)).toEqual({ state: 'held' });
    stop.abort();
    await ended;
    expect(hasLed).toBe(false);
  });

  test('share one budget', async () => {
    const store = await openStore();
    // The key of earlier versions, which have spent the budget of these 15 seconds.
    for (let i = 0; i < 4; i += 1)
      await store.increment('pypins:1:budget:pypistats:quarter', 15_000);
    const limits = { perMinute: 20, perSecond: 1_000 };
    const budget = createBudget({ store: await openStore(), key: KEYS.pypistatsBudget, ...limits });
    const stop = new AbortController();
    const turn = budget.take(0, stop.signal);
    await expect.poll(() => budget.left()).toBe(0);
    stop.abort();
    await expect(turn).rejects.toThrow('budget');
    budget.close();
  });
});

test('expiries and refreshes have the keys of earlier versions', () => {
  expect(KEYS.expired).toBe('pypins:1:expired');
  expect(KEYS.refreshOf('requests')).toBe('pypins:1:refresh:requests');
  expect(FOLLOW_KEYS.state).toBe('pypins:1:follow:state');
});
