import { lstat, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What becomes of a file's bytes on a disk that fails, or in the hands of somebody. */
export const SPOILERS: Readonly<Record<string, (path: string) => Promise<void>>> = {
  'cut in half': async (path) => truncate(path, Math.floor((await lstat(path)).size / 2)),
  'cut by a byte': async (path) => truncate(path, Math.max(0, (await lstat(path)).size - 1)),
  emptied: (path) => truncate(path, 0),
  'flipped by a bit': async (path) => flipBit(path, Math.floor((await lstat(path)).size / 2)),
};

/** Flips one bit of the byte at that place; leaves an empty file alone. */
export async function flipBit(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  if (bytes.length === 0) return;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  await writeFile(path, bytes);
}

/** All files below a folder, as they are at the moment. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** What the files below a folder take on the disk. */
export async function bytesIn(folder: string): Promise<number> {
  const sizes = await Promise.all((await filesIn(folder)).map(bytesOf));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

/** Nothing for a file that is gone by now. */
async function bytesOf(path: string): Promise<number> {
  const stats = await lstat(path).catch(() => undefined);
  return 512 * (stats?.blocks ?? 0);
}
