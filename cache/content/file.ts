import { hash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const CHECKSUM_BYTES = 32;
const BLOCK_BYTES = 4096;
const TOUCH_AFTER_MS = 3_600_000;

/** More than any picture; a longer file is not one of ours and is not read. */
export const MAX_OBJECT_BYTES = 8 * 1024 * 1024;

/** A file does not hold what was written: it was cut short, or changed. */
export class CorruptFileError extends Error {}

/**
 * The body of an object's file, which begins with the body's SHA-256 (32 bytes). Renews the file's `mtime`, the time of
 * its last use, once an hour at most. Rejects with `CorruptFileError`, or as the file system does.
 */
export async function readObject(path: string, nowMs: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { size, mtimeMs } = await file.stat();
    if (size > CHECKSUM_BYTES + MAX_OBJECT_BYTES) throw new CorruptFileError('too long');
    // Not from the pool: whoever remembers a small picture would hold a whole slab of others.
    const bytes = Buffer.allocUnsafeSlow(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    const body = bytes.subarray(CHECKSUM_BYTES, bytesRead);
    if (!checksumOf(body).equals(bytes.subarray(0, CHECKSUM_BYTES))) {
      throw new CorruptFileError('not what was written');
    }
    if (Math.abs(nowMs - mtimeMs) > TOUCH_AFTER_MS) await touch(file, nowMs);
    return body;
  } finally {
    await file.close();
  }
}

/**
 * Writes an object's file under another name and renames it: who reads sees all of it or nothing, even when this process
 * is killed. A file of the same object is replaced. Rejects as the file system does, and then leaves nothing behind.
 * Does not wait for the disk (no fsync): what a power cut breaks, the checksum finds, and it is drawn anew.
 */
export async function writeObject(path: string, tempFolder: string, body: Buffer): Promise<void> {
  const temp = join(tempFolder, randomUUID());
  const bytes = Buffer.concat([checksumOf(body), body]);
  try {
    await inFolder(tempFolder, () => writeFile(temp, bytes, { flag: 'wx' }));
    await inFolder(dirname(path), () => rename(temp, path));
  } catch (error) {
    await rm(temp, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** What the object takes on the disk, which gives out whole blocks. */
export function diskBytesOf(body: Buffer): number {
  return roundUpToBlocks(CHECKSUM_BYTES + body.length);
}

/** A file's size in whole blocks. */
export function roundUpToBlocks(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}

/** The code of a file system's error, e.g. `ENOSPC`. */
export function codeOf(error: unknown): string {
  const hasCode = error instanceof Error && 'code' in error && typeof error.code === 'string';
  return hasCode ? String(error.code) : 'unknown';
}

/** Does the work, making the folder first if it is not there: it may be new, or was removed under us. */
async function inFolder(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await makeFolder(folder);
    await work();
  }
}

/**
 * Makes a folder and those above it. Node's recursive `mkdir` reports `ENOENT` for any failure, and never returns below
 * /proc (seen with 24.21).
 */
export async function makeFolder(folder: string): Promise<void> {
  const make = (): Promise<void> =>
    mkdir(folder).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  try {
    await make();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await makeFolder(dirname(folder));
    await make();
  }
}

/** A file that cannot be touched (on a read-only disk, or another user's) is still good to read. */
async function touch(file: FileHandle, nowMs: number): Promise<void> {
  await file.utimes(nowMs / 1000, nowMs / 1000).catch(() => undefined);
}

function checksumOf(body: Buffer): Buffer {
  return hash('sha256', body, 'buffer');
}
