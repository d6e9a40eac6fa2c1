import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import {
  codeOf,
  CorruptFileError,
  diskBytesOf,
  MAX_OBJECT_BYTES,
  readObject,
  writeObject,
} from './file.ts';
import type { Swept } from './sweep.ts';
import { createSweeper } from './sweeper.ts';

const DIGEST = /^[0-9a-f]{64}$/;
/** Limits the memory held by pending writes if the disk hangs. */
const MAX_WRITES_AT_ONCE = 64;

/**
 * Outcome of a `get` (`hit`, `miss`, or `corrupt`: removed, and a miss) or a `put` (`stored`, or `skipped`: the bytes
 * are too large or too many were written lately). `failed` belongs to either, or to a sweep.
 */
export type ContentOutcome = 'hit' | 'miss' | 'corrupt' | 'stored' | 'skipped' | 'failed';

/** Bytes by the digest of their content. They never change, so they are never invalidated, only swept. */
export interface ContentStore {
  /** Returns the bytes, or undefined if they are missing, corrupt or unreadable. Never rejects. */
  get(digest: string): Promise<Buffer | undefined>;
  /** Stores the bytes if possible. Never rejects. */
  put(digest: string, bytes: Buffer): Promise<void>;
  /** Shrinks the directory to its budget now, without waiting for the next automatic sweep. Never rejects. */
  sweep(): Promise<void>;
  /** Returns what the last sweep left plus what this process has stored since. */
  stats(): Swept;
  /** Stops sweeping. */
  close(): Promise<void>;
}

export interface ContentStoreOptions {
  /** Shared by the processes of one machine; created if missing. The store owns its folders `v<number>`. */
  readonly directory: string;
  /**
   * Disk budget of all objects, in whole blocks. Each process may write a tenth of it between two sweeps, so `n`
   * processes may exceed it by `n` tenths for a while.
   */
  readonly maxBytes: number;
  /** Raise it when the same digest means other bytes; folders of older formats are removed. */
  readonly formatVersion: number;
  readonly sweepIntervalMs: number;
  readonly clock?: () => number;
  /** Called with each outcome; `code` is the error code of a failure. */
  readonly observe?: (outcome: ContentOutcome, code?: string) => void;
}

/**
 * Creates a store of small objects, one file each: `v<format>/<two digits>/<the other 62>`. A disk that is full,
 * read-only, broken or missing causes misses, which are counted as `failed`.
 */
export function createContentStore(options: ContentStoreOptions): ContentStore {
  const { clock = Date.now, observe } = options;
  const folder = join(options.directory, `v${options.formatVersion}`);
  const pathOf = (digest: string): string => join(folder, digest.slice(0, 2), digest.slice(2));
  const onFailure = (code: string): void => observe?.('failed', code);
  const sweeper = createSweeper({ ...options, clock, onFailure });
  let writes = 0;

  const read = async (path: string): Promise<Buffer | undefined> => {
    try {
      const body = await readObject(path, clock());
      observe?.('hit');
      return body;
    } catch (error) {
      if (error instanceof CorruptFileError) {
        observe?.('corrupt');
        await unlink(path).catch(() => undefined);
      } else if (codeOf(error) === 'ENOENT') observe?.('miss');
      else onFailure(codeOf(error));
      return undefined;
    }
  };

  const write = async (path: string, bytes: Buffer): Promise<void> => {
    const diskBytes = diskBytesOf(bytes);
    writes += 1;
    try {
      await writeObject(path, join(folder, 'tmp'), bytes);
      sweeper.settle(diskBytes, true);
      observe?.('stored');
    } catch (error) {
      sweeper.settle(diskBytes, false);
      onFailure(codeOf(error));
    } finally {
      writes -= 1;
    }
  };

  const mayWrite = (bytes: Buffer): boolean =>
    bytes.length <= MAX_OBJECT_BYTES &&
    writes < MAX_WRITES_AT_ONCE &&
    sweeper.admit(diskBytesOf(bytes));

  return {
    async get(digest) {
      // Only digests become paths, so no path can leave the folder.
      if (DIGEST.test(digest)) return await read(pathOf(digest));
      onFailure('EINVAL');
      return undefined;
    },
    async put(digest, bytes) {
      if (!DIGEST.test(digest)) onFailure('EINVAL');
      else if (mayWrite(bytes)) await write(pathOf(digest), bytes);
      else observe?.('skipped');
    },
    sweep: () => sweeper.sweep(),
    stats: () => sweeper.stats(),
    close: () => sweeper.close(),
  };
}
