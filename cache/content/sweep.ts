import { lstat, opendir, rmdir, unlink } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, roundUpToBlocks } from './file.ts';

/** A sweep above the budget removes files until this share of the budget is used. */
const SWEPT_SHARE = 0.8;
/** Writing a temporary file takes milliseconds; one this old belongs to a process that died. */
const TEMP_KEPT_MS = 3_600_000;
const REST_AFTER_MS = 10;

export interface SweepOptions {
  /** Contains `v<formatVersion>/<two digits>/<object>` and `v<formatVersion>/tmp/<file>`. */
  readonly directory: string;
  readonly formatVersion: number;
  readonly maxBytes: number;
  readonly nowMs: number;
  /** Checked before each file; when true, the sweep ends there. */
  readonly isStopped: () => boolean;
}

/** Content of the store after a sweep. */
export interface Swept {
  readonly bytes: number;
  readonly objects: number;
}

/**
 * Removes the least recently used objects (by `mtime`) if all objects exceed `maxBytes`, abandoned temporary files, and
 * the folders of older formats. Rejects if a folder cannot be read.
 *
 * Keeps no list of files: the first walk sums bytes by age and finds the age above which files are removed; a second
 * walk removes them. So a million files need no more memory than a hundred. A walk takes about 50 µs a file, half of it
 * sleeping. Several processes may sweep at once: they choose the same files.
 */
export async function sweep(options: SweepOptions): Promise<Swept> {
  const folder = join(options.directory, `v${options.formatVersion}`);
  await removeOlderFormats(options);
  await removeOldTemps(join(folder, 'tmp'), options);
  const survey = await surveyObjects(folder, options);
  if (survey.bytes <= options.maxBytes) return survey;
  return await removeOldest(folder, survey, options);
}

const BUCKETS_PER_DOUBLING = 32;
const BUCKETS = 2048;

/** Maps an age to a bucket. Buckets grow by 2 %, so that few of them cover seconds as well as months. */
function bucketOf(ageMs: number): number {
  const bucket = Math.floor(Math.log2(1 + Math.max(0, ageMs) / 1000) * BUCKETS_PER_DOUBLING);
  return Math.min(bucket, BUCKETS - 1);
}

interface Survey extends Swept {
  readonly bytesByAge: Float64Array;
}

async function surveyObjects(folder: string, options: SweepOptions): Promise<Survey> {
  const bytesByAge = new Float64Array(BUCKETS);
  let bytes = 0;
  let objects = 0;
  for await (const { diskBytes, ageMs } of walkObjects(folder, options)) {
    const bucket = bucketOf(ageMs);
    bytesByAge[bucket] = (bytesByAge[bucket] ?? 0) + diskBytes;
    bytes += diskBytes;
    objects += 1;
  }
  return { bytes, objects, bytesByAge };
}

async function removeOldest(folder: string, survey: Survey, options: SweepOptions): Promise<Swept> {
  let { bytes, objects } = survey;
  let { bucket, bytesOfBucket } = findCut(survey, bytes - SWEPT_SHARE * options.maxBytes);
  for await (const { path, diskBytes, ageMs } of walkObjects(folder, options)) {
    // An object used since the survey is young again and stays.
    const isOlder = bucketOf(ageMs) > bucket;
    const isOfCut = bucketOf(ageMs) === bucket && bytesOfBucket > 0;
    if (!isOlder && !isOfCut) continue;
    if (isOfCut) bytesOfBucket -= diskBytes;
    await unless('ENOENT', unlink(path));
    bytes -= diskBytes;
    objects -= 1;
  }
  return { bytes, objects };
}

/** Returns the youngest bucket from which files are removed, and how many bytes of it. */
function findCut(
  { bytesByAge }: Survey,
  excessBytes: number,
): { bucket: number; bytesOfBucket: number } {
  let bytesOfBucket = excessBytes;
  let bucket = BUCKETS - 1;
  while (bucket > 0 && (bytesByAge[bucket] ?? 0) < bytesOfBucket) {
    bytesOfBucket -= bytesByAge[bucket] ?? 0;
    bucket -= 1;
  }
  return { bucket, bytesOfBucket };
}

interface WalkedFile {
  readonly path: string;
  readonly diskBytes: number;
  readonly ageMs: number;
}

async function* walkObjects(folder: string, options: SweepOptions): AsyncGenerator<WalkedFile> {
  for await (const shard of entriesOf(folder, options)) {
    if (!shard.isDirectory() || !/^[0-9a-f]{2}$/.test(shard.name)) continue;
    const startMs = performance.now();
    yield* walkFiles(join(folder, shard.name), options);
    // Sleeps as long as it worked, to leave disk and CPU to requests.
    const workedMs = performance.now() - startMs;
    if (workedMs > REST_AFTER_MS) await sleep(workedMs);
  }
}

async function* walkFiles(folder: string, options: SweepOptions): AsyncGenerator<WalkedFile> {
  for await (const entry of entriesOf(folder, options)) {
    if (!entry.isFile()) continue;
    const path = join(folder, entry.name);
    const stats = await unless('ENOENT', lstat(path));
    if (stats === undefined) continue;
    yield { path, diskBytes: roundUpToBlocks(stats.size), ageMs: options.nowMs - stats.mtimeMs };
  }
}

async function removeOldTemps(folder: string, options: SweepOptions): Promise<void> {
  for await (const { path, ageMs } of walkFiles(folder, options)) {
    // A negative age: written before the clock was set back.
    if (Math.abs(ageMs) > TEMP_KEPT_MS) await unless('ENOENT', unlink(path));
  }
}

/** Keeps folders of newer formats: an old and a new version of the program may run side by side. */
async function removeOlderFormats(options: SweepOptions): Promise<void> {
  for await (const entry of entriesOf(options.directory, options)) {
    const version = /^v(\d+)$/.exec(entry.name)?.[1];
    const isOlder = version !== undefined && Number(version) < options.formatVersion;
    if (isOlder && entry.isDirectory()) {
      await removeFolder(join(options.directory, entry.name), options);
    }
  }
}

/** Removes one file at a time; recursive `rm` would work on all entries of a folder at once. */
async function removeFolder(folder: string, options: SweepOptions): Promise<void> {
  for await (const entry of entriesOf(folder, options)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await removeFolder(path, options);
    else await unless('ENOENT', unlink(path));
  }
  // Not empty if the sweep was stopped or an older process still writes.
  await unless('ENOENT', unless('ENOTEMPTY', rmdir(folder)));
}

/** Yields the entries of a folder; none if the folder does not exist. */
async function* entriesOf(folder: string, { isStopped }: SweepOptions): AsyncGenerator<Dirent> {
  const directory = await unless('ENOENT', opendir(folder, { bufferSize: 128 }));
  if (directory === undefined) return;
  for await (const entry of directory) {
    if (isStopped()) return;
    yield entry;
  }
}

/** Returns the promise's value, or undefined if it rejects with that error code. */
async function unless<T>(code: string, promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (codeOf(error) === code) return undefined;
    throw error;
  }
}
