import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';

/** What `bin/pypins` gives a process. */
const HEAP_MEGABYTES = 192;

test(
  'a full answer of the journal fits into the heap that a process has',
  { timeout: 120_000 },
  async () => {
    const script = join(import.meta.dirname, 'support/read-journal.ts');
    const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MEGABYTES}`, script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    expect(await text(child.stdout)).toBe('{"changes":51000,"hasGap":false}');
  },
);
