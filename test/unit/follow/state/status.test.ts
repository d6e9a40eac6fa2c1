import { expect, test } from 'vitest';
import { createStatusWriter, readStatus } from '../../../../src/follow/state/status.ts';
import { IDLE_FOLLOWER } from '../../../support/follower-status.ts';
import { openStore } from '../harness.ts';

test('a status is written when it says something new, and not when only its age has grown', async () => {
  const store = openStore();
  const tell = createStatusWriter(store);
  for (const [status, writtenAgeMs] of [
    [{ pollAgeMs: 1 }, 1],
    [{ pollAgeMs: 3_001 }, 1],
    [{ pollAgeMs: 2, polls: 2 }, 2],
    [{ pollAgeMs: 3_002, polls: 2 }, 2],
    [{ pollAgeMs: 6_002, polls: 2, isBehind: true }, 6_002],
  ] as const) {
    await tell({ ...IDLE_FOLLOWER, ...status });
    expect((await readStatus(store))?.pollAgeMs).toBe(writtenAgeMs);
  }
});
