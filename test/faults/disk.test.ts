import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Load, startLoad } from '../support/load.ts';
import { tellOutcome } from '../support/outcomes.ts';
import { startRedis } from '../support/redis.ts';
import { startService, type TestService } from '../support/service.ts';
import { tempDirectoryForTest } from '../support/temp.ts';
import {
  createPictureComparison,
  picturePath,
  picturePaths,
  type PictureComparison,
  twice,
} from './support/disk-pictures.ts';
import { type DiskRoom, makeDiskRoom } from './support/disk-room.ts';
import { type ServiceProcess, startServiceProcess } from './support/disk-service.ts';

const MEBIBYTE = 1024 * 1024;
const POLL = { timeout: 20_000 };
const KNOWN = [1, 2, 3].map((n) => `/version/sample-status-${n}/badge.png`);
const UNKNOWN = [4, 5, 6, 7].map((n) => `/version/sample-status-${n}/badge.png`);

let healthy: TestService;
let pictures: PictureComparison;
beforeAll(async () => {
  healthy = await startService();
  pictures = createPictureComparison(healthy);
});
afterAll(() => healthy.close());

/** A service with `CACHE_DIR` on a disk of its own, and clients that ask it all the while. */
interface Scene {
  readonly room: DiskRoom;
  readonly service: ServiceProcess;
  readonly load: Load;
}

async function setScene(room: DiskRoom, settings: Record<string, string> = {}): Promise<Scene> {
  const given = {
    CACHE_DIR: join(room.path, 'cache'),
    // Where fonts are made ready when CACHE_DIR cannot be written.
    TMPDIR: await tempDirectoryForTest(),
    CACHE_MAX_BYTES: `${16 * MEBIBYTE}`,
    MEMORY_MAX_BYTES: `${MEBIBYTE}`,
    PYPI_URL: healthy.standIn.url,
    PYPISTATS_URL: healthy.standIn.url,
    ...settings,
  };
  const service = await startServiceProcess(given, room.enter);
  const load = startLoad(
    service.url,
    twice((n) => picturePath('load', n)),
    { clients: 4 },
  );
  return { room, service, load };
}

/** Every answer is the right picture, and the clients of before have seen nothing else either. */
async function checkPictures(fault: string, { service, load }: Scene): Promise<void> {
  const wrong = await pictures.findWrong(service.url, [
    ...picturePaths(fault),
    ...KNOWN,
    ...UNKNOWN,
  ]);
  await load.answered(50);
  const { faults, ...report } = await load.stop();
  expect({ wrong, faults, isAlive: service.isAlive() }).toEqual({
    wrong: [],
    faults: [],
    isAlive: true,
  });
  tellOutcome(`disk: ${fault}`, report);
}

function countDisk({ service }: Scene, outcome: string): Promise<number> {
  return service.metric('pypins_tier_operations_total', { tier: 'disk', outcome });
}

/** Everything that fails is counted, and each kind of failure logged once. */
async function checkTold(scene: Scene, code: string): Promise<void> {
  expect(await countDisk(scene, 'failed')).toBeGreaterThan(1);
  const lines = (): string[] => scene.service.logged('the disk cache fails');
  await expect.poll(lines, POLL).toHaveLength(1);
  expect(lines()[0]).toContain(`"code":"${code}"`);
}

async function checkStoreTold({ service }: Scene): Promise<void> {
  expect(await service.metric('pypins_store_healthy')).toBe(0);
  await expect.poll(() => service.logged('the store of facts fails'), POLL).toHaveLength(1);
}

/** With the disk as it was, pictures are stored again, and so are facts; nobody has to start anything anew. */
async function checkHealed(scene: Scene): Promise<void> {
  const before = await countDisk(scene, 'stored');
  const wrong = await pictures.findWrong(scene.service.url, picturePaths('healed', 20));
  expect(wrong).toEqual([]);
  await expect.poll(() => countDisk(scene, 'stored'), POLL).toBeGreaterThan(before);
}

async function askForFacts({ service }: Scene): Promise<void> {
  expect(await pictures.findWrong(service.url, KNOWN)).toEqual([]);
}

test('full from the start', async () => {
  const room = await makeDiskRoom(4 * MEBIBYTE);
  await room.fill();
  const scene = await setScene(room);
  await checkPictures('full', scene);
  await checkTold(scene, 'ENOSPC');
  await checkStoreTold(scene);
  await room.free();
  await checkHealed(scene);
  await expect
    .poll(async () => {
      await askForFacts(scene);
      return await scene.service.metric('pypins_store_healthy');
    }, POLL)
    .toBe(1);
});

test('full under load', async () => {
  const scene = await setScene(await makeDiskRoom(4 * MEBIBYTE));
  await askForFacts(scene);
  await scene.load.answered(20);
  await scene.room.fill();
  await checkPictures('filled', scene);
  await checkTold(scene, 'ENOSPC');
  await checkStoreTold(scene);
  const unfinished = join(scene.room.pathFromHere, 'cache/pictures/v1/tmp');
  await expect.poll(() => readdir(unfinished), POLL).toEqual([]);
  await scene.room.free();
  await checkHealed(scene);
});

test('read-only from the start', async () => {
  const room = await makeDiskRoom(4 * MEBIBYTE);
  await room.remount('ro');
  const scene = await setScene(room);
  await checkPictures('read_only', scene);
  await checkTold(scene, 'EROFS');
  await checkStoreTold(scene);
});

// SQLite holds its file open for writing, so that no kernel would make this disk read-only: the facts are in Redis.
test('read-only under load', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const scene = await setScene(await makeDiskRoom(8 * MEBIBYTE), { REDIS_URL: redis.url });
  await scene.load.answered(50);
  await expect.poll(() => scene.room.remount('ro').then(() => 'done', String), POLL).toBe('done');
  await checkPictures('remounted', scene);
  await checkTold(scene, 'EROFS');
  await scene.room.remount('rw');
  await checkHealed(scene);
});

test('removed under load', async () => {
  const scene = await setScene(await makeDiskRoom(8 * MEBIBYTE));
  await askForFacts(scene);
  await scene.load.answered(50);
  const folder = join(scene.room.pathFromHere, 'cache');
  await rm(folder, { recursive: true, maxRetries: 10 });
  await checkPictures('removed', scene);
  await checkHealed(scene);
  await expect
    .poll(async () => {
      await askForFacts(scene);
      return await readdir(folder);
    }, POLL)
    .toEqual(expect.arrayContaining(['pictures', 'facts.sqlite']));
  await expect.poll(() => scene.service.logged('the file was removed'), POLL).toHaveLength(1);
});
