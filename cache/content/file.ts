import { hash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const CHECKSUM_BYTES = 32;
const BLOCK_BYTES = 4096;
const TOUCH_AFTER_MS = 3_600_000;

/** More than any picture takes; a longer file counts as corrupt. */
export const MAX_OBJECT_BYTES = 8 * 1024 * 1024;

/** A file is truncated or was changed after it was written. */
export class CorruptFileError extends Error {}

/**
 * Returns the body of an object's file, which starts with the SHA-256 of that body (32 bytes). Sets the file's `mtime`,
 * the time of its last use, at most once an hour. Rejects with `CorruptFileError` or an error of the file system.
 */
export async function readObject(path: string, nowMs: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { size, mtimeMs } = await file.stat();
    if (size > CHECKSUM_BYTES + MAX_OBJECT_BYTES) throw new CorruptFileError('too long');
    // A buffer from Node's pool would keep a whole 8 KiB slab alive for one small picture.
    const bytes = Buffer.allocUnsafeSlow(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    const body = bytes.subarray(CHECKSUM_BYTES, bytesRead);
    if (!checksumOf(body).equals(bytes.subarray(0, CHECKSUM_BYTES))) {
      throw new CorruptFileError('wrong checksum');
    }
    if (Math.abs(nowMs - mtimeMs) > TOUCH_AFTER_MS) await touch(file, nowMs);
    return body;
  } finally {
    await file.close();
  }
}

/**
 * Writes an object to a temporary file and renames it, so that readers see all of it or nothing, even if this process
 * is killed. Replaces an existing file. Rejects with an error of the file system after removing the temporary file.
 * Does not call fsync: if a power cut damages a file, its checksum fails and the picture is drawn again.
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

/** Returns the bytes that an object takes on disk, in whole blocks. */
export function diskBytesOf(body: Buffer): number {
  return roundUpToBlocks(CHECKSUM_BYTES + body.length);
}

/** Returns a file size rounded up to whole blocks, in bytes. */
export function roundUpToBlocks(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}

/** Returns the code of a file system error, e.g. `ENOSPC`. */
export function codeOf(error: unknown): string {
  const hasCode = error instanceof Error && 'code' in error && typeof error.code === 'string';
  return hasCode ? String(error.code) : 'unknown';
}

/** Runs `work`; if the folder does not exist (yet, or any more), creates it and runs `work` again. */
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
 * Like `mkdir -p`. Node's recursive `mkdir` reports `ENOENT` for every error, and never returns below /proc (seen with
 * 24.21).
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

/** Ignores errors: a file on a read-only disk, or of another user, can still be read. */
async function touch(file: FileHandle, nowMs: number): Promise<void> {
  await file.utimes(nowMs / 1000, nowMs / 1000).catch(() => undefined);
}

function checksumOf(body: Buffer): Buffer {
  return hash('sha256', body, 'buffer');
}
