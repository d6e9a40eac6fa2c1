import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createContentStore } from '../../../../cache/content/store.ts';
import type { ContentStore, ContentStoreOptions } from '../../../../cache/content/store.ts';
import { createSweeper } from '../../../../cache/content/sweeper.ts';
import { tempDirectoryForTest } from '../../../support/temp.ts';
import { objectOf } from '../children/objects.ts';

const BLOCK = 4_096;
const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

let directory: string;
let observed: string[];

function open(options: Partial<ContentStoreOptions> = {}): ContentStore {
  const store = createContentStore({
    directory,
    maxBytes: 100 * BLOCK,
    formatVersion: 1,
    sweepIntervalMs: 3_600_000,
    observe: (outcome, code) => observed.push(code === undefined ? outcome : `${outcome} ${code}`),
    ...options,
  });
  onTestFinished(() => store.close());
  return store;
}

function fileOf(number: number): string {
  const { digest } = objectOf(number);
  return join(directory, 'v1', digest.slice(0, 2), digest.slice(2));
}

/** Writes a file of one block with the given age, as another process would. */
async function place(number: number, ageSeconds: number): Promise<void> {
  const path = fileOf(number);
  await fs.mkdir(dirname(path), { recursive: true });
  await fs.writeFile(path, `file ${number}`);
  await makeOld(path, ageSeconds);
}

async function makeOld(path: string, ageSeconds: number): Promise<void> {
  const then = Date.now() / 1_000 - ageSeconds;
  await fs.utimes(path, then, then);
}

/** Returns the numbers below `count` whose files exist. */
function present(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i).filter((i) => existsSync(fileOf(i)));
}

beforeEach(async () => {
  directory = join(await tempDirectoryForTest(), 'pictures');
  observed = [];
});

describe('a sweep', () => {
  test('within the budget removes nothing, and counts the objects', async () => {
    for (let i = 0; i < 100; i += 1) await place(i, i * DAY_SECONDS);
    const store = open();
    await store.sweep();
    expect(present(100)).toHaveLength(100);
    expect(store.stats()).toEqual({ bytes: 100 * BLOCK, objects: 100 });
  });

  test.each([
    ['minutes', 60],
    ['hours', HOUR_SECONDS],
    ['days', DAY_SECONDS],
  ])(
    'above the budget removes the least recently used objects, down to 80 %%: %s',
    async (_, unit) => {
      for (let i = 0; i < 150; i += 1) await place(i, i * unit);
      const store = open();
      await store.sweep();
      const left = present(150);
      expect(left).toHaveLength(80);
      expect(store.stats()).toEqual({ bytes: 80 * BLOCK, objects: 80 });
      // Ages are compared with a precision of 2 %.
      expect(left.slice(0, 75)).toEqual(Array.from({ length: 75 }, (__, i) => i));
    },
  );

  test('removes only what it has to, even if all files have the same age', async () => {
    for (let i = 0; i < 150; i += 1) await place(i, 0);
    await open().sweep();
    expect(present(150)).toHaveLength(80);
  });

  test('spares objects used since the survey', async () => {
    const store = open();
    for (let i = 0; i < 150; i += 1) await place(i, DAY_SECONDS);
    const { digest, bytes } = objectOf(7);
    await store.put(digest, bytes);
    await makeOld(fileOf(7), 2 * DAY_SECONDS);
    await store.get(digest);
    await store.sweep();
    expect(existsSync(fileOf(7))).toBe(true);
  });

  test('counts whole blocks', async () => {
    const store = open();
    await store.put(objectOf(0).digest, Buffer.alloc(1));
    await store.put(objectOf(1).digest, Buffer.alloc(BLOCK - 32));
    await store.put(objectOf(2).digest, Buffer.alloc(BLOCK - 31));
    expect(store.stats()).toEqual({ bytes: 4 * BLOCK, objects: 3 });
    await store.sweep();
    expect(store.stats()).toEqual({ bytes: 4 * BLOCK, objects: 3 });
  });

  test('by several processes at once removes no more than by one', async () => {
    for (let i = 0; i < 150; i += 1) await place(i, i * DAY_SECONDS);
    const stores = [open(), open(), open()];
    await Promise.all(stores.map((store) => store.sweep()));
    expect(present(150).length).toBeGreaterThanOrEqual(79);
    expect(present(150).length).toBeLessThanOrEqual(80);
    expect(observed).toEqual([]);
  });

  test('leaves objects whole while other processes write and read', async () => {
    const stores = [open(), open()];
    for (let round = 0; round < 20; round += 1) {
      const sweeps = stores.map((store) => store.sweep());
      const used = Array.from({ length: 20 }, async (_, i) => {
        const { digest, bytes } = objectOf(20 * round + i);
        await stores[0]?.put(digest, bytes);
        const found = await stores[1]?.get(digest);
        return found === undefined || found.equals(bytes);
      });
      expect(await Promise.all(used)).not.toContain(false);
      await Promise.all(sweeps);
    }
    expect(observed.filter((outcome) => /corrupt|failed/.test(outcome))).toEqual([]);
    await stores[0]?.sweep();
    expect(stores[0]?.stats().bytes).toBeLessThanOrEqual(100 * BLOCK);
  });

  test('removes temporary files that are older than an hour, and no others', async () => {
    const temps = join(directory, 'v1', 'tmp');
    await fs.mkdir(temps, { recursive: true });
    await fs.writeFile(join(temps, 'of a dead process'), '');
    await fs.writeFile(join(temps, 'being written'), '');
    await makeOld(join(temps, 'of a dead process'), 2 * HOUR_SECONDS);
    await open().sweep();
    expect(await fs.readdir(temps)).toEqual(['being written']);
  });

  test('removes the folders of older formats, and nothing else', async () => {
    for (const name of ['v1/ab', 'v2/ab', 'v10/ab', 'v11/ab', 'other', 'v1x']) {
      await fs.mkdir(join(directory, name), { recursive: true });
      await fs.writeFile(join(directory, name, 'file'), '');
    }
    await open({ formatVersion: 10 }).sweep();
    const left = await fs.readdir(directory);
    expect(left.toSorted()).toEqual(['other', 'v10', 'v11', 'v1x']);
  });

  test('stops on close, and does nothing after it', async () => {
    for (let i = 0; i < 150; i += 1) await place(i, DAY_SECONDS);
    const store = open();
    const sweep = store.sweep();
    await store.close();
    await sweep;
    await store.sweep();
    expect(present(150)).toHaveLength(150);
  });
});

describe('a process that writes a lot', () => {
  test('sweeps after writing a twentieth of the budget', async () => {
    for (let i = 1_000; i < 1_150; i += 1) await place(i, DAY_SECONDS);
    const store = open();
    for (let i = 0; i < 6; i += 1) await store.put(objectOf(i).digest, Buffer.from('small'));
    await vi.waitUntil(() => store.stats().objects < 100, { timeout: 60_000 });
    expect(store.stats().bytes).toBeLessThanOrEqual(90 * BLOCK);
  });

  test('may not write more than a tenth of the budget until it has swept', async () => {
    const store = open();
    const put = (i: number): Promise<void> => store.put(objectOf(i).digest, objectOf(0).bytes);
    await Promise.all(Array.from({ length: 50 }, (_, i) => put(i)));
    expect(observed.filter((outcome) => outcome === 'stored')).toHaveLength(11);
    expect(observed.filter((outcome) => outcome === 'skipped')).toHaveLength(50 - 11);
    // The first refused write has started a sweep, if none was running.
    await vi.waitUntil(
      async () => {
        await put(60);
        return observed.at(-1) === 'stored';
      },
      { timeout: 60_000 },
    );
  });

  test('may not write while sweeps fail', async () => {
    await fs.mkdir(join(directory, 'v1'), { recursive: true });
    await fs.writeFile(join(directory, 'v1', 'tmp'), 'a file where the folder should be');
    const failures: string[] = [];
    const sweeper = createSweeper({
      directory,
      formatVersion: 1,
      maxBytes: 100 * BLOCK,
      sweepIntervalMs: 3_600_000,
      clock: () => Date.now(),
      onFailure: (code) => failures.push(code),
    });
    onTestFinished(() => sweeper.close());
    let admitted = 0;
    for (let i = 0; i < 50; i += 1) {
      if (sweeper.admit(BLOCK)) admitted += 1;
      await sweeper.sweep();
    }
    expect(admitted).toBe(11);
    expect(new Set(failures)).toEqual(new Set(['ENOTDIR']));
    await fs.rm(join(directory, 'v1', 'tmp'));
    await sweeper.sweep();
    expect(sweeper.admit(BLOCK)).toBe(true);
  });

  test('may write again after failed writes', async () => {
    await fs.writeFile(directory, 'a file where the directory should be');
    const store = open();
    for (let i = 0; i < 50; i += 1) await store.put(objectOf(i).digest, objectOf(i).bytes);
    expect(new Set(observed)).toEqual(new Set(['failed ENOTDIR']));
  });

  test('may not write while too many writes are pending', async () => {
    const store = open({ maxBytes: 100_000_000 });
    const all = Array.from({ length: 100 }, (_, i) =>
      store.put(objectOf(i).digest, objectOf(i).bytes),
    );
    await Promise.all(all);
    expect(observed.filter((outcome) => outcome === 'stored')).toHaveLength(64);
    expect(observed.filter((outcome) => outcome === 'skipped')).toHaveLength(36);
  });
});

test('a store sweeps soon after its start', async () => {
  for (let i = 0; i < 150; i += 1) await place(i, DAY_SECONDS);
  const store = open({ sweepIntervalMs: 50 });
  await vi.waitUntil(() => store.stats().objects === 80, { timeout: 60_000 });
  expect(present(150)).toHaveLength(80);
});
