import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createContentStore } from '../../../cache/content/store.ts';
import { tempDirectoryForTest } from '../../support/temp.ts';
import { objectOf } from './children/objects.ts';

const CHILDREN = join(import.meta.dirname, 'children');

function startChild(script: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [join(CHILDREN, script), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

/** Resolves when the child has written something. */
async function ready(child: ChildProcess): Promise<void> {
  if (child.stdout !== null) await once(child.stdout, 'data');
}

async function outputOf(child: ChildProcess): Promise<unknown> {
  return JSON.parse(child.stdout === null ? '' : await text(child.stdout));
}

const contention = z.object({
  healthy: z.boolean(),
  granted: z.array(z.number()),
  counts: z.array(z.number()),
});

test('two processes that open one SQLite file at once share leases, counters and values', async () => {
  const path = join(await tempDirectoryForTest(), 'store.db');
  const rounds = 500;
  const children = [0, 1].map(() => startChild('contend.ts', path, `${rounds}`));
  await Promise.all(children.map(ready));
  const outputs = children.map(outputOf);
  for (const child of children) child.stdin?.write('go\n');
  const results = z.array(contention).parse(await Promise.all(outputs));

  expect(results.map(({ healthy }) => healthy)).toEqual([true, true]);
  // On a busy machine, one may hold the file for longer than the other waits, and that operation fails.
  const granted = results.flatMap((result) => result.granted);
  expect(granted.length).toBeGreaterThan(0);
  expect(new Set(granted).size).toBe(granted.length);
  const counts = results.flatMap((result) => result.counts);
  expect(counts.toSorted((a, b) => a - b)).toEqual(counts.map((_, i) => i + 1));
});

test('a process that is killed while writing leaves only whole pictures', async () => {
  const directory = await tempDirectoryForTest();
  for (let i = 0; i < 6; i += 1) {
    const child = startChild('write-objects.ts', directory);
    // It says a word whenever it has stored something, so that each is killed a little later than the one before.
    for (let word = 0; word <= i; word += 1) await ready(child);
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  const outcomes: string[] = [];
  const store = createContentStore({
    directory,
    maxBytes: 1_000_000_000,
    formatVersion: 1,
    sweepIntervalMs: 3_600_000,
    observe: (outcome) => outcomes.push(outcome),
  });
  let found = 0;
  for (let i = 0; i < 2_000; i += 1) {
    const { digest, bytes } = objectOf(i);
    const stored = await store.get(digest);
    if (stored === undefined) continue;
    found += 1;
    expect(stored.equals(bytes)).toBe(true);
  }
  expect(found).toBeGreaterThan(0);
  expect(new Set(outcomes)).toEqual(new Set(['hit', 'miss']));

  // Each killed process leaves at most one temporary file, in one folder, which is removed after an hour.
  const temps = join(directory, 'v1', 'tmp');
  const left = readdirSync(temps);
  expect(left.length).toBeLessThanOrEqual(6 * 4);
  const twoHoursAgo = Date.now() / 1_000 - 7_200;
  for (const name of left) await utimes(join(temps, name), twoHoursAgo, twoHoursAgo);
  await store.sweep();
  expect(readdirSync(temps)).toEqual([]);
  expect(store.stats().objects).toBe(found);
  await store.close();
});

/** False in containers that allow no user namespaces; in CI the test then fails. */
function canMount(): boolean {
  if (process.env['CI'] === 'true') return true;
  return spawnSync('unshare', ['--map-root-user', '--mount', 'true']).status === 0;
}

const counts = z.record(z.string(), z.number());
const faults = z.object({
  intact: z.boolean(),
  full: counts,
  readOnly: counts,
  healthy: z.boolean(),
});

test.skipIf(!canMount())(
  'a disk that is full, then read-only, only causes failures that are counted',
  async () => {
    const directory = await tempDirectoryForTest();
    // The child mounts a disk in its own user namespace: needs no privileges, and ends with the child.
    const mount = 'mount -t tmpfs -o size=256k tmpfs "$1" && exec "$2" "$3" "$1"';
    const script = join(CHILDREN, 'fill-disk.ts');
    const child = spawn(
      'unshare',
      ['--map-root-user', '--mount', 'sh', '-c', mount, 'sh', directory, process.execPath, script],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const { intact, full, readOnly, healthy } = faults.parse(await outputOf(child));
    expect(intact).toBe(true);
    expect(full['content stored']).toBeGreaterThan(0);
    expect(full['content failed ENOSPC']).toBeGreaterThan(0);
    expect(full['sqlite set ok']).toBeGreaterThan(0);
    expect(full['sqlite set failed']).toBeGreaterThan(0);
    expect(readOnly['content failed EROFS']).toBe(200);
    expect(readOnly['content hit']).toBeGreaterThan(0);
    expect(healthy).toBe(false);
  },
);
