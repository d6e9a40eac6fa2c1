import * as fs from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createSqliteStore } from '../../../../cache/store/sqlite/store.ts';
import type { SqliteStoreOptions } from '../../../../cache/store/sqlite/connection.ts';
import type { Store } from '../../../../cache/store/contract.ts';
import { tempDirectoryForTest } from '../../../support/temp.ts';

const MAX_BYTES = 1_000_000;
const LONG_MS = 60_000;
const DAY_MS = 86_400_000;

let path: string;
let states: boolean[];
let nowMs: number;

function open(options: Partial<SqliteStoreOptions> = {}): Store {
  const store = createSqliteStore({
    path,
    maxBytes: MAX_BYTES,
    clock: () => nowMs,
    onStateChange: (healthy) => states.push(healthy),
    ...options,
  });
  onTestFinished(() => store.close());
  return store;
}

function bytesOnDisk(): number {
  const files = [path, `${path}-wal`, `${path}-shm`].filter((file) => fs.existsSync(file));
  return files.reduce((bytes, file) => bytes + fs.statSync(file).size, 0);
}

/** Writes a record; the higher its number, the later it expires. */
async function setRecord(store: Store, number: number): Promise<void> {
  await store.set(`record ${number}`, `${number} `.padEnd(1_000, 'x'), 1_000 + number);
}

async function isKnown(store: Store, number: number): Promise<boolean> {
  return (await store.get(`record ${number}`)) !== undefined;
}

beforeEach(async () => {
  path = join(await tempDirectoryForTest(), 'store.db');
  states = [];
  nowMs = Date.UTC(2026, 10, 1);
});

describe('the budget', () => {
  test('holds, however many processes write', async () => {
    const stores = [open(), open()];
    let mostBytes = 0;
    for (let i = 0; i < 1_500; i += 1) {
      for (const store of stores) await setRecord(store, i);
      mostBytes = Math.max(mostBytes, bytesOnDisk());
    }
    expect(mostBytes).toBeLessThanOrEqual(MAX_BYTES);
    for (const store of stores) expect(await isKnown(store, 1_499)).toBe(true);
  });

  test('is kept by dropping the records that expire first', async () => {
    const failed: string[] = [];
    const store = open({
      observe: (operation, outcome) => outcome === 'failed' && failed.push(operation),
    });
    for (let i = 0; i < 2_000; i += 1) await setRecord(store, i);
    const known = await Promise.all(Array.from({ length: 2_000 }, (_, i) => isKnown(store, i)));
    const oldest = known.indexOf(true);
    expect(oldest).toBeGreaterThan(0);
    expect(known.lastIndexOf(false)).toBe(oldest - 1);
    expect(failed).toEqual([]);
  });

  test('costs no lease and no counter', async () => {
    const store = open();
    await store.acquireLease('lease', LONG_MS);
    await store.increment('counter', LONG_MS);
    for (let i = 0; i < 2_000; i += 1) await setRecord(store, i);
    expect(await store.acquireLease('lease', LONG_MS)).toEqual({ state: 'held' });
    expect(await store.increment('counter', LONG_MS)).toBe(2);
  });

  test('is kept by dropping expired leases and counters', async () => {
    const failed: string[] = [];
    const store = open({
      observe: (operation, outcome) => outcome === 'failed' && failed.push(operation),
    });
    for (let i = 0; i < 1_500; i += 1) {
      nowMs += 1_000;
      await store.acquireLease(`lease ${i}`.padEnd(400), 1_000);
      await store.increment(`counter ${i}`.padEnd(400), 1_000);
    }
    expect(failed).toEqual([]);
    expect(bytesOnDisk()).toBeLessThanOrEqual(MAX_BYTES);
  });

  test('rejects a value larger than itself', async () => {
    const store = open();
    await store.set('large', 'x'.repeat(2 * MAX_BYTES), 60);
    await store.set('small', 'value', 60);
    expect(await store.get('large')).toBeUndefined();
    expect(await store.get('small')).toBe('value');
  });
});

describe('stored content', () => {
  test('survives a restart', async () => {
    const first = open();
    await first.set('a', 'value', 60);
    await first.close();
    expect(await open().get('a')).toBe('value');
    expect(states).toEqual([]);
  });

  test('expires', async () => {
    const store = open();
    await store.set('a', 'value', 60);
    nowMs += 59_999;
    expect(await store.get('a')).toBe('value');
    nowMs += 1;
    expect(await store.get('a')).toBeUndefined();
  });

  test.each([
    ['includes leases and counters for a process whose clock is slightly behind', 1_000, 'held', 2],
    ['does not extend leases and counters when the clock is set back', DAY_MS, 'granted', 1],
  ])('%s', async (_, backMs, state, count) => {
    const store = open();
    await store.acquireLease('lease', LONG_MS);
    await store.increment('counter', LONG_MS);
    nowMs -= backMs;
    expect(await store.acquireLease('lease', LONG_MS)).toMatchObject({ state });
    expect(await store.increment('counter', LONG_MS)).toBe(count);
  });
});

async function writeIntactFile(): Promise<void> {
  const store = open();
  for (let i = 0; i < 500; i += 1) await setRecord(store, i);
  await store.close();
}

function overwrite(fromPage: number, toPage: number): void {
  const file = fs.openSync(path, 'r+');
  for (let page = fromPage; page < toPage; page += 1) {
    fs.writeSync(file, Buffer.alloc(4_096, 0xa5), 0, 4_096, page * 4_096);
  }
  fs.closeSync(file);
}

describe('an unusable file', () => {
  test.each<[string, () => void | Promise<void>]>([
    ['garbage', () => fs.writeFileSync(path, 'not a database '.repeat(1_000))],
    ['a few bytes', () => fs.writeFileSync(path, 'SQLite')],
    ['nothing', () => fs.writeFileSync(path, '')],
    [
      'cut in half',
      async () => {
        await writeIntactFile();
        const bytes = fs.readFileSync(path);
        fs.writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length / 2)));
      },
    ],
    [
      'overwritten at its beginning',
      async () => {
        await writeIntactFile();
        overwrite(0, 3);
      },
    ],
    [
      'of another program',
      () => {
        const database = new DatabaseSync(path);
        database.exec('CREATE TABLE records (id INTEGER, blob BLOB)');
        database.close();
      },
    ],
    [
      'larger than its budget, which was lowered',
      async () => {
        const large = open({ maxBytes: 10 * MAX_BYTES });
        for (let i = 0; i < 2_000; i += 1) await setRecord(large, i);
        await large.close();
      },
    ],
  ])('%s is replaced at the start', async (_, spoil) => {
    await spoil();
    const store = open();
    expect(store.healthy).toBe(true);
    await setRecord(store, 1);
    expect(await isKnown(open(), 1)).toBe(true);
    expect(bytesOnDisk()).toBeLessThanOrEqual(MAX_BYTES);
  });

  test('is replaced while in use, once for all processes', async () => {
    await writeIntactFile();
    const stores = [open(), open()];
    overwrite(2, 120);
    for (const store of stores) {
      for (let i = 0; i < 500; i += 1) await store.get(`record ${i}`);
    }
    const [one, other] = stores;
    await one?.set('a', 'value', 60);
    expect(await other?.get('a')).toBe('value');
    expect(stores.map(({ healthy }) => healthy)).toEqual([true, true]);
    expect(states).toEqual([false, true, false, true]);
  });
});

describe('if no file can be created', () => {
  test('an idle store says so', () => {
    const store = open({ recheckMs: 0 });
    fs.rmSync(path);
    fs.mkdirSync(path);
    expect(store.healthy).toBe(false);
    fs.rmdirSync(path);
    expect([store.healthy, ...states]).toEqual([true, false, true]);
  });

  test.each([
    ['a missing directory', 'none/store.db'],
    ['a file in place of the directory', 'file/store.db'],
    ['a directory in place of the file', '.'],
  ])('because of %s, the store is private to this process and not healthy', async (_, name) => {
    const directory = await tempDirectoryForTest();
    fs.writeFileSync(join(directory, 'file'), '');
    path = join(directory, name);
    const store = open();
    expect([store.healthy, ...states]).toEqual([false, false]);
    await store.set('a', 'value', 60);
    expect(await store.get('a')).toBe('value');
    expect(await open().get('a')).toBeUndefined();
  });
});

test('a process that locks the file causes failed operations, not endless waits', async () => {
  const store = open();
  await store.set('a', 'value', 60);
  const writer = new DatabaseSync(path);
  writer.exec('BEGIN IMMEDIATE');
  await store.set('a', 'other', 60);
  expect(await store.acquireLease('a', LONG_MS)).toEqual({ state: 'unknown' });
  expect(await store.get('a')).toBe('value');
  writer.close();
  await store.set('a', 'other', 60);
  expect(await store.get('a')).toBe('other');
  expect(states).toEqual([]);
});
