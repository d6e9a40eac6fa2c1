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
/** Each write under way holds its bytes; on a disk that hangs they would pile up. */
const MAX_WRITES_AT_ONCE = 64;

/**
 * What became of a `get` (`corrupt`: removed, and a miss) or of a `put` (`skipped`: too large, or too much was written
 * lately). `failed`, with the error's code, is of either, or of a sweep.
 */
export type ContentOutcome = 'hit' | 'miss' | 'corrupt' | 'stored' | 'skipped' | 'failed';

/** Bytes by the digest of what they show. They never change, so they are never invalidated, only swept. */
export interface ContentStore {
  /** The bytes; undefined where there are none, or they are broken or cannot be read. Never rejects. */
  get(digest: string): Promise<Buffer | undefined>;
  /** Stores the bytes if that is possible. Never rejects. */
  put(digest: string, bytes: Buffer): Promise<void>;
  /** Brings the directory back to its budget, as is done by itself from time to time. Never rejects. */
  sweep(): Promise<void>;
  /** What the last sweep left, and what this process has written since. */
  stats(): Swept;
  /** Ends the sweeping. */
  close(): Promise<void>;
}

export interface ContentStoreOptions {
  /** Shared by the processes of one machine, and made if it is not there; what it holds under `v<number>` is ours. */
  readonly directory: string;
  /**
   * What the objects may take on the disk, in whole blocks. Each process may write a tenth of it between two sweeps, so
   * `n` processes may be above it by `n` tenths for a while.
   */
  readonly maxBytes: number;
  /** Raised when a digest comes to mean other bytes; the folders of older formats are removed. */
  readonly formatVersion: number;
  readonly sweepIntervalMs: number;
  readonly clock?: () => number;
  readonly observe?: (outcome: ContentOutcome, code?: string) => void;
}

/**
 * A store of small objects, each in a file of its own: `v<format>/<two digits>/<the other 62>`. A disk that is full,
 * read-only, broken or gone makes misses, and is counted.
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
      // Only a digest becomes a path, so that no path leads out of the folder.
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
