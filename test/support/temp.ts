import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new, empty directory and the function that removes it; for `beforeAll` and for helpers. */
export async function makeTempDirectory(): Promise<{
  path: string;
  remove: () => Promise<void>;
}> {
  const path = await mkdtemp(join(tmpdir(), 'pypins-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** A new, empty directory that is gone when the running test is over. */
export async function tempDirectoryForTest(): Promise<string> {
  const { path, remove } = await makeTempDirectory();
  onTestFinished(remove);
  return path;
}
