import { existsSync, readFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createContentStore } from '../../../../cache/content/store.ts';
import type { ContentStore, ContentStoreOptions } from '../../../../cache/content/store.ts';
import { tempDirectoryForTest } from '../../../support/temp.ts';
import { objectOf } from '../children/objects.ts';

const HOUR_SECONDS = 3_600;

let directory: string;
let observed: string[];

function open(options: Partial<ContentStoreOptions> = {}): ContentStore {
  const store = createContentStore({
    directory,
    maxBytes: 100_000_000,
    formatVersion: 1,
    sweepIntervalMs: 3_600_000,
    observe: (outcome, code) => observed.push(code === undefined ? outcome : `${outcome} ${code}`),
    ...options,
  });
  onTestFinished(() => store.close());
  return store;
}

function fileOf(digest: string): string {
  return join(directory, 'v1', digest.slice(0, 2), digest.slice(2));
}

/** Returns the seconds since the file's last use. */
async function ageOf(path: string): Promise<number> {
  return Date.now() / 1_000 - (await fs.stat(path)).mtimeMs / 1_000;
}

async function makeOld(path: string, seconds: number): Promise<void> {
  const then = Date.now() / 1_000 - seconds;
  await fs.utimes(path, then, then);
}

beforeEach(async () => {
  directory = join(await tempDirectoryForTest(), 'pictures');
  observed = [];
});

describe('a stored object', () => {
  test.each([
    ['some bytes', objectOf(1).bytes],
    ['no bytes', Buffer.alloc(0)],
    ['one byte', Buffer.from([0])],
    ['a megabyte', Buffer.alloc(1_048_576, 'picture')],
  ])('%s is got, by every process', async (_, bytes) => {
    const { digest } = objectOf(0);
    await open().put(digest, bytes);
    expect((await open().get(digest))?.equals(bytes)).toBe(true);
    expect(observed).toEqual(['stored', 'hit']);
  });

  test('is not returned for another digest', async () => {
    const store = open();
    await store.put(objectOf(1).digest, objectOf(1).bytes);
    expect(await store.get(objectOf(2).digest)).toBeUndefined();
    expect(observed).toEqual(['stored', 'miss']);
  });

  test('is whole after concurrent writes', async () => {
    const { digest, bytes } = objectOf(1);
    const stores = Array.from({ length: 5 }, () => open());
    await Promise.all(
      stores.flatMap((store) => [store.put(digest, bytes), store.put(digest, bytes)]),
    );
    expect(new Set(observed)).toEqual(new Set(['stored']));
    expect((await stores[0]?.get(digest))?.equals(bytes)).toBe(true);
    expect(await fs.readdir(dirname(fileOf(digest)))).toHaveLength(1);
    expect(await fs.readdir(join(directory, 'v1', 'tmp'))).toEqual([]);
  });

  test('is not visible to another format version', async () => {
    const { digest, bytes } = objectOf(1);
    await open({ formatVersion: 1 }).put(digest, bytes);
    expect(await open({ formatVersion: 2 }).get(digest)).toBeUndefined();
  });
});

test.each([
  ['nothing', ''],
  ['a path', '../'.repeat(21) + 'x'],
  ['too short', 'a'.repeat(63)],
  ['too long', 'a'.repeat(65)],
  ['in upper case', 'A'.repeat(64)],
  ['followed by a line break', `${'a'.repeat(64)}\n`],
  ['followed by a path', `${'a'.repeat(64)}/../../x`],
])('a digest that is %s is refused', async (_, digest) => {
  const store = open();
  await store.put(digest, Buffer.from('bytes'));
  expect(await store.get(digest)).toBeUndefined();
  expect(observed).toEqual(['failed EINVAL', 'failed EINVAL']);
  expect(existsSync(directory)).toBe(false);
});

describe('a corrupt file', () => {
  const { digest, bytes } = objectOf(100);
  const whole = 32 + bytes.length;

  test.each<[string, (path: string) => Promise<void>]>([
    ['flipped by one bit in the body', (path) => flipBit(path, whole - 1)],
    ['flipped by one bit in the checksum', (path) => flipBit(path, 0)],
    ['cut by one byte', (path) => fs.truncate(path, whole - 1)],
    ['cut within the checksum', (path) => fs.truncate(path, 31)],
    ['emptied', (path) => fs.truncate(path, 0)],
    ['longer by one byte', (path) => fs.appendFile(path, 'x')],
    ['five gigabytes long', (path) => fs.truncate(path, 5_000_000_000)],
  ])('%s is a miss, and removed', async (_, spoil) => {
    const store = open();
    await store.put(digest, bytes);
    await spoil(fileOf(digest));
    expect(await store.get(digest)).toBeUndefined();
    expect(existsSync(fileOf(digest))).toBe(false);
    expect(observed).toEqual(['stored', 'corrupt']);
    await store.put(digest, bytes);
    expect((await store.get(digest))?.equals(bytes)).toBe(true);
  });

  async function flipBit(path: string, at: number): Promise<void> {
    const content = readFileSync(path);
    content.writeUInt8(content.readUInt8(at) ^ 1, at);
    await fs.writeFile(path, content);
  }
});

describe('the time of the last use', () => {
  const { digest, bytes } = objectOf(1);

  test.each([
    ['is renewed by a get after more than an hour', 2 * HOUR_SECONDS, 0],
    ['is renewed when it is in the future', -2 * HOUR_SECONDS, 0],
    ['is not changed by a get within the hour', HOUR_SECONDS / 2, HOUR_SECONDS / 2],
  ])('%s', async (_, secondsBefore, secondsAfter) => {
    const store = open();
    await store.put(digest, bytes);
    await makeOld(fileOf(digest), secondsBefore);
    await store.get(digest);
    const difference = Math.abs((await ageOf(fileOf(digest))) - secondsAfter);
    expect(difference).toBeLessThan(HOUR_SECONDS / 4);
  });
});

describe('a directory', () => {
  test('is created again after it was removed', async () => {
    const store = open();
    await store.put(objectOf(1).digest, objectOf(1).bytes);
    await fs.rm(directory, { recursive: true });
    expect(await store.get(objectOf(1).digest)).toBeUndefined();
    await store.put(objectOf(2).digest, objectOf(2).bytes);
    expect((await store.get(objectOf(2).digest))?.equals(objectOf(2).bytes)).toBe(true);
    await fs.rm(directory, { recursive: true });
    await store.sweep();
    expect(store.stats()).toEqual({ bytes: 0, objects: 0 });
    expect(observed).toEqual(['stored', 'miss', 'stored', 'hit']);
  });

  test('that cannot be created causes failures, counted with their code', async () => {
    await fs.writeFile(directory, 'a file');
    const store = open();
    await store.put(objectOf(1).digest, objectOf(1).bytes);
    expect(await store.get(objectOf(1).digest)).toBeUndefined();
    await store.sweep();
    expect(observed).toEqual(['failed ENOTDIR', 'failed ENOTDIR', 'failed ENOTDIR']);
  });

  test('that rejects the file keeps no temporary file', async () => {
    const { digest, bytes } = objectOf(1);
    await fs.mkdir(join(directory, 'v1'), { recursive: true });
    await fs.writeFile(dirname(fileOf(digest)), 'a file where the folder should be');
    await open().put(digest, bytes);
    expect(observed).toEqual(['failed ENOTDIR']);
    expect(await fs.readdir(join(directory, 'v1', 'tmp'))).toEqual([]);
  });
});

test('an object that is too large is not stored', async () => {
  const store = open();
  await store.put(objectOf(1).digest, Buffer.alloc(8 * 1_048_576 + 1));
  expect(observed).toEqual(['skipped']);
});
