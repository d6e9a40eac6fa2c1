import { expect, test } from 'vitest';
import {
  createStatusWriter,
  type FollowerStatus,
  readStatus,
} from '../../../../src/follow/state/status.ts';
import { IDLE_FOLLOWER } from '../../../support/follower-status.ts';
import { openStore } from '../harness.ts';

test('a status is written when it says something that processes act on, and not when its counts have grown', async () => {
  const store = openStore();
  const tell = createStatusWriter(store);
  const statuses: [Partial<FollowerStatus>, number | null][] = [
    [{ pollAgeMs: 1 }, 1],
    [{ pollAgeMs: 3_001 }, 1],
    [{ pollAgeMs: 2, polls: 2, seen: 9 }, 1],
    [{ pollAgeMs: 3_002, nodesBehind: ['http://10.0.0.1'] }, 3_002],
    [{ pollAgeMs: null }, null],
    [{ pollAgeMs: 6_002, polls: 2, isBehind: true }, 6_002],
  ];
  for (const [status, writtenAgeMs] of statuses) {
    await tell({ ...IDLE_FOLLOWER, ...status });
    expect((await readStatus(store))?.pollAgeMs).toBe(writtenAgeMs);
  }
});
