import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Load, startLoad } from '../support/load/load.ts';
import { tellOutcome } from '../support/load/outcomes.ts';
import { startRedis } from '../support/redis/redis.ts';
import { NO_PYPI_BUDGET } from '../support/service/no-budget.ts';
import { startService, type TestService } from '../support/service/service.ts';
import { tempDirectoryForTest } from '../support/temp.ts';
import {
  createPictureComparison,
  picturePath,
  picturePaths,
  type PictureComparison,
  twice,
} from './support/disk/pictures.ts';
import { type DiskRoom, makeDiskRoom } from './support/disk/room.ts';
import { type ServiceProcess, startServiceProcess } from './support/disk/service.ts';
import { bytesIn, filesIn, SPOILERS } from './support/disk/spoil.ts';

const MEBIBYTE = 1024 * 1024;
const MAX_BYTES = 8 * MEBIBYTE;
const KNOWN = [1, 2, 3].map((n) => `/version/sample-status-${n}/badge.png`);
const PICTURES = [...picturePaths('a'), ...KNOWN, '/version/sample-status-4/badge.png'];
const run = promisify(execFile);

let healthy: TestService;
let pictures: PictureComparison;
beforeAll(async () => {
  healthy = await startService();
  pictures = createPictureComparison(healthy);
});
afterAll(() => healthy.close());

/** A service, and clients that ask it all the while. */
interface Scene {
  readonly service: ServiceProcess;
  readonly load: Load;
}

async function setScene(
  CACHE_DIR: string,
  settings: Record<string, string> = {},
  enter: readonly string[] = [],
): Promise<Scene> {
  const given = {
    CACHE_DIR,
    // Where fonts are made ready when CACHE_DIR cannot be written.
    TMPDIR: await tempDirectoryForTest(),
    CACHE_MAX_BYTES: `${2 * MAX_BYTES}`,
    MEMORY_MAX_BYTES: `${MEBIBYTE}`,
    FACTS_FRESH_SECONDS: '1',
    PYPI_URL: healthy.standIn.url,
    PYPISTATS_URL: healthy.standIn.url,
    ...NO_PYPI_BUDGET,
    ...settings,
  };
  const service = await startServiceProcess(given, enter);
  const pathOf = twice((n) => picturePath('load', n));
  const options = { clients: 2, maxRequests: Infinity };
  return { service, load: startLoad(service.url, pathOf, options) };
}

const setSceneIn = (room: DiskRoom, settings?: Record<string, string>): Promise<Scene> =>
  setScene(join(room.path, 'cache'), settings, room.enter);

const expectRight = async ({ service }: Scene, paths = PICTURES): Promise<void> =>
  expect(await pictures.findWrong(service.url, paths)).toEqual([]);

/** Every answer is the right picture, and the clients of before have seen nothing else either. */
async function expectUnharmed(fault: string, scene: Scene): Promise<void> {
  await expectRight(scene);
  await scene.load.answered(50);
  const { faults, ...report } = await scene.load.stop();
  expect(faults).toEqual([]);
  expect(scene.service.isAlive()).toBe(true);
  tellOutcome(`disk: ${fault}`, report);
}

const countDisk = ({ service }: Scene, outcome: string): Promise<number> =>
  service.metric('pypins_tier_operations_total', { tier: 'disk', outcome });

/** Everything that fails is counted, and each kind of failure logged once. */
async function expectTold(scene: Scene, code: string): Promise<void> {
  expect(await countDisk(scene, 'failed')).toBeGreaterThan(1);
  const lines = (): string[] => scene.service.logged('the disk cache fails');
  await expect.poll(lines).toHaveLength(1);
  expect(lines()[0]).toContain(`"code":"${code}"`);
}

async function expectStoreTold({ service }: Scene): Promise<void> {
  expect(await service.metric('pypins_store_healthy')).toBe(0);
  await expect.poll(() => service.logged('the store fails')).toHaveLength(1);
}

/** With the disk as it was, pictures are stored again, and so are facts; nobody has to start anything anew. */
async function expectHealed(scene: Scene): Promise<void> {
  const before = await countDisk(scene, 'stored');
  await expectRight(scene, picturePaths('healed', 20));
  await expect.poll(() => countDisk(scene, 'stored')).toBeGreaterThan(before);
  await expect
    .poll(async () => {
      await expectRight(scene, KNOWN);
      return await scene.service.metric('pypins_store_healthy');
    })
    .toBe(1);
}

test('the disk is full from the start', async () => {
  const room = await makeDiskRoom(4 * MEBIBYTE);
  await room.fill();
  const scene = await setSceneIn(room);
  await expectUnharmed('full', scene);
  await expectTold(scene, 'ENOSPC');
  await expectStoreTold(scene);
  await room.free();
  await expectHealed(scene);
});

test('the disk fills up under load', async () => {
  const room = await makeDiskRoom(4 * MEBIBYTE);
  const scene = await setSceneIn(room);
  await expectRight(scene, KNOWN);
  await scene.load.answered(20);
  await room.fill();
  await expectUnharmed('filled', scene);
  await expectTold(scene, 'ENOSPC');
  await expectStoreTold(scene);
  const unfinished = join(room.pathFromHere, 'cache/pictures/v1/tmp');
  await expect.poll(() => readdir(unfinished)).toEqual([]);
  await room.free();
  await expectHealed(scene);
});

test('the disk is read-only from the start', async () => {
  const room = await makeDiskRoom(4 * MEBIBYTE);
  await room.remount('ro');
  const scene = await setSceneIn(room);
  await expectUnharmed('read-only', scene);
  await expectTold(scene, 'EROFS');
  await expectStoreTold(scene);
});

// SQLite holds its file open for writing, so that no kernel would make this disk read-only: the facts are in Redis.
test('the disk becomes read-only under load', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const room = await makeDiskRoom(MAX_BYTES);
  const scene = await setSceneIn(room, { REDIS_URL: redis.url });
  await scene.load.answered(50);
  await expect.poll(() => room.remount('ro').then(() => 'done', String)).toBe('done');
  await expectUnharmed('remounted', scene);
  await expectTold(scene, 'EROFS');
  await room.remount('rw');
  await expectHealed(scene);
});

test('the folder is removed under load', async () => {
  const directory = join(await tempDirectoryForTest(), 'cache');
  const scene = await setScene(directory);
  await expectRight(scene, KNOWN);
  await scene.load.answered(50);
  await rm(directory, { recursive: true, maxRetries: 10 });
  await expectUnharmed('removed', scene);
  await expectHealed(scene);
  await expect
    .poll(() => readdir(directory))
    .toEqual(expect.arrayContaining(['pictures', 'facts.sqlite']));
  await expect.poll(() => scene.service.logged('the file was removed')).not.toEqual([]);
});

test('pictures are cut, emptied and flipped under load', async () => {
  const directory = await tempDirectoryForTest();
  const scene = await setScene(directory);
  await expectRight(scene);
  for (const spoil of Object.values(SPOILERS)) {
    const files = await filesIn(join(directory, 'pictures/v1'));
    // Meanwhile pictures are written anew, and temporary files go.
    await Promise.all(files.map((path) => spoil(path).catch(() => undefined)));
    await expectRight(scene);
  }
  await expectUnharmed('spoiled', scene);
  expect(await countDisk(scene, 'corrupt')).toBeGreaterThan(0);
  expect(await countDisk(scene, 'failed')).toBe(0);
});

test.each(Object.entries(SPOILERS).slice(-2))(
  'every file is %s before the start',
  async (fault, spoil) => {
    expect(await pictures.findWrong(healthy.url, PICTURES)).toEqual([]);
    const directory = join(await tempDirectoryForTest(), 'copy');
    // Not by this process: closing a copied file would take SQLite's locks on it away.
    await run('cp', ['-r', healthy.cacheDirectory, directory]);
    await Promise.all((await filesIn(directory)).map(spoil));
    const scene = await setScene(directory);
    await expectUnharmed(`${fault} before`, scene);
    expect(await countDisk(scene, 'corrupt')).toBeGreaterThan(0);
    expect(await scene.service.metric('pypins_store_healthy')).toBe(1);
  },
);

test('more pictures than the budget allows are there at the start: the folder comes below it', async () => {
  const directory = await tempDirectoryForTest();
  const folder = join(directory, 'pictures/v1/ab');
  await mkdir(folder, { recursive: true });
  const picture = Buffer.alloc(MEBIBYTE / 16, 'x');
  for (let number = 0; number * picture.length < 2 * MAX_BYTES; number += 1)
    await writeFile(join(folder, `${number}`.padStart(62, '0')), picture);
  const scene = await setScene(directory, { CACHE_MAX_BYTES: `${MAX_BYTES}` });
  await expect.poll(() => bytesIn(directory)).toBeLessThan(MAX_BYTES);
  await expectUnharmed('more than its budget', scene);
  expect(await bytesIn(directory)).toBeLessThan(MAX_BYTES);
});

/** Lets a process open no file more; rejects where this may not be done. */
async function starve(pid: number): Promise<void> {
  const open = new Set(await readdir(`/proc/${pid}/fd`));
  let lowest = 0;
  while (open.has(`${lowest}`)) lowest += 1;
  await run('prlimit', ['--pid', `${pid}`, `--nofile=${lowest}:`]);
}

// A font that cannot be opened makes a picture of little boxes, and no error. Meanwhile no new connection can be accepted.
test('no file can be opened: what cannot be drawn says busy, and no picture is wrong', async () => {
  const { service, load } = await setScene(await tempDirectoryForTest());
  await load.answered(50);
  await starve(service.pid);
  await load.answered(60);
  await expect.poll(() => service.logged('EMFILE')).not.toEqual([]);
  await run('prlimit', ['--pid', `${service.pid}`, '--nofile=1024:']);
  await expectRight({ service, load });
  await load.answered(50);
  const { faults } = await load.stop();
  expect(faults.filter((fault) => !/ECONNRESET|other side closed/.test(fault))).toEqual([]);
  expect(await countDisk({ service, load }, 'failed')).toBeGreaterThan(0);
});
