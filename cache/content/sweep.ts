import { lstat, opendir, rmdir, unlink } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, roundUpToBlocks } from './file.ts';

/** A sweep that has to remove something goes down to this share of the budget. */
const SWEPT_SHARE = 0.8;
/** A temporary file this old belongs to a process that died: writing one takes milliseconds. */
const TEMP_KEPT_MS = 3_600_000;
const REST_AFTER_MS = 10;

export interface SweepOptions {
  /** Holds folders `v<formatVersion>`, and these `<two digits>/<object>` and `tmp/<file>`. */
  readonly directory: string;
  readonly formatVersion: number;
  readonly maxBytes: number;
  readonly nowMs: number;
  /** Asked before each file: a sweep may end anywhere. */
  readonly isStopped: () => boolean;
}

/** What is there after a sweep. */
export interface Swept {
  readonly bytes: number;
  readonly objects: number;
}

/**
 * Removes the objects used least recently (by `mtime`) where all take more than `maxBytes`, temporary files that nobody
 * writes any more, and the folders of older formats. Rejects where a folder cannot be read.
 *
 * It holds no list of files: it sums up bytes by age, finds the age from which on everything has to go, and walks once
 * more to remove that. So a million files cost it no more memory than a hundred; a walk took 50 µs a file, half of
 * them at rest. It may run in several processes at once: they choose the same files, and what is gone is gone.
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

/** Ages in steps of 2 %, so that a handful of numbers tells seconds apart as well as months. */
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
    // The age is of this moment: what was used since the survey is young again, and stays.
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

/** The youngest bucket that has to give something, and how much of it. */
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
    // Half of the time is for others: a sweep of many files takes a while, and is in no hurry.
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
    // From the future: written before the clock was set back.
    if (Math.abs(ageMs) > TEMP_KEPT_MS) await unless('ENOENT', unlink(path));
  }
}

/** A newer format's folder stays: of two versions of the program that run side by side, the older one goes. */
async function removeOlderFormats(options: SweepOptions): Promise<void> {
  for await (const entry of entriesOf(options.directory, options)) {
    const version = /^v(\d+)$/.exec(entry.name)?.[1];
    const isOlder = version !== undefined && Number(version) < options.formatVersion;
    if (isOlder && entry.isDirectory()) {
      await removeFolder(join(options.directory, entry.name), options);
    }
  }
}

/** File by file: `rm` would start on all of a folder's entries at once. */
async function removeFolder(folder: string, options: SweepOptions): Promise<void> {
  for await (const entry of entriesOf(folder, options)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await removeFolder(path, options);
    else await unless('ENOENT', unlink(path));
  }
  // Not empty: the sweep was stopped, or an older process still writes.
  await unless('ENOENT', unless('ENOTEMPTY', rmdir(folder)));
}

/** The entries of a folder, a few at a time; none where there is no folder. */
async function* entriesOf(folder: string, { isStopped }: SweepOptions): AsyncGenerator<Dirent> {
  const directory = await unless('ENOENT', opendir(folder, { bufferSize: 128 }));
  if (directory === undefined) return;
  for await (const entry of directory) {
    if (isStopped()) return;
    yield entry;
  }
}

/** What the promise resolves with, or undefined where it fails with that code. */
async function unless<T>(code: string, promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (codeOf(error) === code) return undefined;
    throw error;
  }
}
