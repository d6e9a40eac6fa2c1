import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createSqliteStore } from '../../cache/store/sqlite/store.ts';
import type { Store } from '../../cache/store/contract.ts';
import { tempDirectoryForTest } from '../support/temp.ts';
import { flipBit } from './support/disk/spoil.ts';

const RECHECK_MS = 20;
const POLL = { timeout: 20_000 };

let path: string;
let told: string[];

beforeEach(async () => {
  path = join(await tempDirectoryForTest(), 'facts.sqlite');
  told = [];
});

/** One process's view of the store. */
function open(): Store {
  const store = createSqliteStore({
    path,
    maxBytes: 1_000_000,
    recheckMs: RECHECK_MS,
    onStateChange: (healthy, error) => told.push(healthy ? 'sound' : String(error)),
  });
  onTestFinished(() => store.close());
  return store;
}

const REMOVALS: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['the file is removed', () => rm(path)],
  ['the log is removed', () => rm(`${path}-wal`)],
  ['the common memory is removed', () => rm(`${path}-shm`)],
  [
    'all three are removed',
    () => Promise.all(['', '-wal', '-shm'].map((suffix) => rm(path + suffix))),
  ],
  [
    'a copy takes the place of the file',
    async () => {
      await rename(path, `${path}.old`);
      await copyFile(`${path}.old`, path);
    },
  ],
];

describe('while two processes have it open', () => {
  test.each(REMOVALS)('%s: they find together again', async (_, remove) => {
    const [one, other] = [open(), open()];
    await one.set('before', 'value', 60);
    await remove();
    const late = open();
    await expect
      .poll(async () => {
        await one.set('after', 'value', 60);
        const isNoticed = told.includes('Error: the file was removed');
        return [isNoticed, one.healthy, await other.get('after'), await late.get('after')];
      }, POLL)
      .toEqual([true, true, 'value', 'value']);
  });
});

test('a folder that comes back is used again', async () => {
  const folder = path;
  path = join(folder, 'facts.sqlite');
  const store = open();
  expect(store.healthy).toBe(false);
  await store.set('alone', 'value', 60);
  await mkdir(folder);
  await expect
    .poll(async () => {
      await store.set('shared', 'value', 60);
      return await open().get('shared');
    }, POLL)
    .toBe('value');
  expect(store.healthy).toBe(true);
});

test('whichever byte of a record flips, no other value comes back', async () => {
  const value = JSON.stringify({ version: '2.32.3', license: 'MIT' });
  const store = open();
  await store.set('pypins:1:pypi:requests', value, 60);
  await store.close();
  const bytes = await readFile(path);
  const at = bytes.indexOf(value);
  expect(at).toBeGreaterThan(0);
  for (let byte = at - 40; byte < at + value.length + 8; byte += 1) {
    await writeFile(path, bytes);
    await flipBit(path, byte);
    const spoiled = open();
    expect([value, undefined]).toContain(await spoiled.get('pypins:1:pypi:requests'));
    await spoiled.close();
  }
});
