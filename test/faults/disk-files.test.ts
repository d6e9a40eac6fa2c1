import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Pool } from 'undici';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createPictureCheck, startLoad } from '../support/load.ts';
import { tellOutcome } from '../support/outcomes.ts';
import { startService, type TestService } from '../support/service.ts';
import { tempDirectoryForTest } from '../support/temp.ts';
import {
  createPictureComparison,
  picturePath,
  picturePaths,
  type PictureComparison,
  tell,
  twice,
} from './support/disk-pictures.ts';
import { type ServiceProcess, startServiceProcess } from './support/disk-service.ts';
import { bytesIn, filesIn, SPOILERS } from './support/disk-spoil.ts';

const MEBIBYTE = 1024 * 1024;
const MAX_BYTES = 8 * MEBIBYTE;
const SAMPLE_MS = 50;
const KNOWN = [1, 2, 3].map((n) => `/version/sample-status-${n}/badge.png`);
const run = promisify(execFile);

let healthy: TestService;
let pictures: PictureComparison;
beforeAll(async () => {
  healthy = await startService();
  pictures = createPictureComparison(healthy);
});
afterAll(() => healthy.close());

function start(CACHE_DIR: string): Promise<ServiceProcess> {
  return startServiceProcess({
    CACHE_DIR,
    CACHE_MAX_BYTES: `${MAX_BYTES}`,
    MEMORY_MAX_BYTES: `${MEBIBYTE}`,
    FACTS_FRESH_SECONDS: '1',
    PYPI_URL: healthy.standIn.url,
    PYPISTATS_URL: healthy.standIn.url,
  });
}

function countDisk(service: ServiceProcess, outcome: string): Promise<number> {
  return service.metric('pypins_tier_operations_total', { tier: 'disk', outcome });
}

test('pictures are cut, emptied and flipped under load', async () => {
  const directory = await tempDirectoryForTest();
  const service = await start(directory);
  expect(await pictures.findWrong(service.url, picturePaths('spoiled', 60))).toEqual([]);
  const load = startLoad(
    service.url,
    twice((n) => picturePath('spoiled', n % 60)),
  );
  for (const spoil of Object.values(SPOILERS)) {
    const files = await filesIn(join(directory, 'pictures/v1'));
    // Meanwhile pictures are written anew, and temporary files go.
    await Promise.all(files.map((path) => spoil(path).catch(() => undefined)));
    expect(await pictures.findWrong(service.url, picturePaths('spoiled', 60))).toEqual([]);
  }
  const { faults } = await load.stop();
  expect(faults).toEqual([]);
  expect(await countDisk(service, 'corrupt')).toBeGreaterThan(0);
  expect(await countDisk(service, 'failed')).toBe(0);
});

test.each(Object.entries(SPOILERS))('every file is %s before the start', async (_, spoil) => {
  const paths = [...picturePaths('before', 20), ...KNOWN];
  expect(await pictures.findWrong(healthy.url, paths)).toEqual([]);
  const directory = join(await tempDirectoryForTest(), 'copy');
  // Not by this process: closing a copied file would take SQLite's locks on it away.
  await run('cp', ['-r', healthy.cacheDirectory, directory]);
  await Promise.all((await filesIn(directory)).map(spoil));
  const service = await start(directory);
  expect(await pictures.findWrong(service.url, paths)).toEqual([]);
  expect(await countDisk(service, 'corrupt')).toBeGreaterThan(0);
  expect(await service.metric('pypins_store_healthy')).toBe(1);
});

test('more pictures than the budget allows', { timeout: 90_000 }, async () => {
  const directory = await tempDirectoryForTest();
  const service = await start(directory);
  const word = 'word%20'.repeat(24);
  // 40 kB each.
  // More at once would wait for too long to be drawn.
  const load = startLoad(
    service.url,
    twice((n) => `/badge/${word}-${n}-blue.tiff?scale=4`),
    { clients: 4 },
  );
  let mostBytes = 0;
  while ((await countDisk(service, 'stored')) * 40_000 < MAX_BYTES) {
    mostBytes = Math.max(mostBytes, await bytesIn(directory));
    await delay(SAMPLE_MS);
  }
  const { faults, ...report } = await load.stop();
  expect(faults).toEqual([]);
  expect(mostBytes).toBeGreaterThan(MAX_BYTES / 2);
  expect(mostBytes).toBeLessThan(MAX_BYTES);
  tellOutcome('disk: budget', { ...report, mostBytes, maxBytes: MAX_BYTES });
});

/** Lets a process open no file more; rejects where this may not be done. */
async function starve(pid: number): Promise<void> {
  const open = new Set(await readdir(`/proc/${pid}/fd`));
  let lowest = 0;
  while (open.has(`${lowest}`)) lowest += 1;
  await run('prlimit', ['--pid', `${pid}`, `--nofile=${lowest}:`]);
}

// A font that cannot be opened makes a picture of little boxes, and no error.
test('too many open files', async () => {
  const service = await start(await tempDirectoryForTest());
  const pool = new Pool(service.url, { connections: 8 });
  onTestFinished(() => pool.destroy());
  const isPicture = createPictureCheck();
  await pictures.look(pool, [...picturePaths('held', 8), ...KNOWN]);
  await starve(service.pid);
  const starved = await pictures.look(pool, [...picturePaths('starved'), ...KNOWN]);
  await run('prlimit', ['--pid', `${service.pid}`, '--nofile=1024:']);
  const after = await pictures.look(pool, [...picturePaths('starved'), ...picturePaths('after')]);

  const wrong = starved.filter(({ isRight, verdict }) => !isRight && verdict !== 'busy');
  const wrongAfter = after.filter(({ isRight, verdict }) => !isRight && verdict !== 'busy');
  expect(after.filter(({ isRight }) => isRight).length).toBeGreaterThan(after.length / 2);
  expect([...wrong, ...wrongAfter].slice(0, 5).map(tell)).toEqual([]);
  for (const { status, type, bytes } of starved) {
    expect([status, await isPicture(type, bytes)]).toEqual([200, true]);
  }
  expect(await countDisk(service, 'failed')).toBeGreaterThan(0);
  await expect.poll(() => service.logged('EMFILE'), { timeout: 20_000 }).not.toEqual([]);
  expect(service.isAlive()).toBe(true);
});
