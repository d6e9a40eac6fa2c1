import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Creates an empty directory; returns it with a function that removes it, for `beforeAll` and helpers. */
export async function makeTempDirectory(): Promise<{
  path: string;
  remove: () => Promise<void>;
}> {
  const path = await mkdtemp(join(tmpdir(), 'pypins-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** Creates an empty directory that is removed when the test ends. */
export async function tempDirectoryForTest(): Promise<string> {
  const { path, remove } = await makeTempDirectory();
  onTestFinished(remove);
  return path;
}
