import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  type ChangeQueue,
  createChangeQueue,
  type Pending,
  pendingSchema,
} from '../../../../src/follow/changes/queue.ts';
import type { Change } from '../../../../src/follow/feeds/feed.ts';
import { MINUTE, NOW, SECOND } from '../../cache/facts/harness.ts';

const MAX_PENDING = 10_000;
const MAX_RELEASES = 64;
const FOR_EVER = Number.MAX_SAFE_INTEGER;

const announced: Change = { project: 'requests', release: '2.0', atMs: NOW - SECOND };

/** Looks again and again, and tells after how long each time, in seconds. */
function waitsOf(queue: ChangeQueue, becomes: Partial<Pending> = {}): number[] {
  const waits: number[] = [];
  let nowMs = NOW;
  for (
    let [pending] = queue.takeDue(FOR_EVER, 1);
    pending;
    [pending] = queue.takeDue(FOR_EVER, 1)
  ) {
    if (pending.dueAtMs > nowMs) waits.push((pending.dueAtMs - nowMs) / SECOND);
    nowMs = Math.max(nowMs, pending.dueAtMs);
    queue.settle({ ...pending, ...(waits.length === 0 && becomes) }, nowMs);
  }
  return waits;
}

describe('refetches', () => {
  test('the first is due at once', () => {
    const queue = createChangeQueue();
    queue.add(announced, NOW);
    expect(queue.takeDue(NOW, 10)).toMatchObject([{ project: 'requests', attempt: 0 }]);
  });

  test('a change that PyPI does not confirm is tried for more than an hour, then dropped', () => {
    const queue = createChangeQueue();
    queue.add(announced, NOW);
    expect(waitsOf(queue)).toEqual([2, 5, 10, 20, 60, 300, 900, 3_600]);
    expect(queue.snapshot()).toEqual([]);
  });

  test.each([
    { feed: 'knows no serials', serial: undefined, minutes: [5, 30] },
    { feed: 'tells its serial', serial: 7, minutes: [] },
  ])('a release from a feed which $feed is refetched $minutes minutes later', (of) => {
    const queue = createChangeQueue();
    queue.add({ ...announced, serial: of.serial }, NOW);
    const waits = waitsOf(queue, { isTold: true, attempt: 0 });
    const afterMinutes = waits.map((_, at) =>
      waits.slice(0, at + 1).reduce((sum, seconds) => sum + seconds / 60, 0),
    );
    expect(afterMinutes).toEqual(of.minutes);
  });

  test('the oldest are taken first, up to the limit', () => {
    const queue = createChangeQueue();
    for (const [at, project] of ['b', 'c', 'a', 'd'].entries())
      queue.add({ project, atMs: NOW }, NOW + at);
    expect(queue.takeDue(NOW + 2, 2).map(({ project }) => project)).toEqual(['b', 'c']);
    expect(queue.takeDue(NOW + 2, 2).map(({ project }) => project)).toEqual(['a']);
    expect(queue.takeDue(NOW + 2, 2)).toEqual([]);
  });
});

describe('several changes of a project', () => {
  test('are one entry, with all releases, the last serial, and the time of the first', () => {
    const queue = createChangeQueue();
    queue.add({ project: 'a', release: '1.0', serial: 1, atMs: NOW - MINUTE }, NOW);
    queue.add({ project: 'a', release: '1.1', serial: 2, atMs: NOW }, NOW + 1);
    queue.add({ project: 'a', serial: 3, atMs: NOW + 1, isRemoval: true }, NOW + 2);
    expect(queue.snapshot()).toMatchObject([
      { releases: ['1.0', '1.1'], serial: 3, atMs: NOW - MINUTE, isRemoval: true, attempt: 0 },
    ]);
  });

  test('keep the baseline of the first', () => {
    const queue = createChangeQueue();
    queue.add({ ...announced, release: '2.0' }, NOW);
    const [first] = queue.takeDue(NOW, 1);
    if (first) queue.settle({ ...first, baseline: 41 }, NOW);
    queue.add({ ...announced, release: '2.1' }, NOW);
    expect(queue.takeDue(NOW, 1)).toMatchObject([{ baseline: 41, attempt: 0, release: '2.1' }]);
  });

  test('one after the confirmation of the last is an entry of its own', () => {
    const queue = createChangeQueue();
    queue.add({ ...announced, atMs: NOW - MINUTE }, NOW);
    const [first] = queue.takeDue(NOW, 1);
    if (first) queue.settle({ ...first, isTold: true, attempt: 0, baseline: 41 }, NOW);
    expect(queue.unconfirmed()).toBe(0);
    queue.add({ ...announced, release: '2.1', atMs: NOW }, NOW);
    expect(queue.takeDue(NOW, 1)).toMatchObject([
      { releases: ['2.1'], atMs: NOW, isTold: false, baseline: undefined },
    ]);
    expect(queue.unconfirmed()).toBe(1);
  });

  test('one added during a refetch is refetched afterwards, whatever the result', () => {
    const queue = createChangeQueue();
    queue.add({ ...announced, release: '2.0' }, NOW);
    const [underWay] = queue.takeDue(NOW, 1);
    queue.add({ ...announced, release: '2.1' }, NOW);
    expect(queue.takeDue(NOW, 1)).toEqual([]);
    if (underWay) queue.settle({ ...underWay, isTold: true }, NOW);
    expect(queue.takeDue(NOW, 1)).toMatchObject([{ release: '2.1', isTold: false, attempt: 0 }]);
  });
});

describe('bounds', () => {
  const full = (): ChangeQueue => {
    const queue = createChangeQueue();
    for (let i = 0; i < MAX_PENDING; i += 1)
      queue.add({ ...announced, project: `a-project-with-a-usual-name-${i}` }, NOW);
    return queue;
  };

  test('a full queue takes no more projects, but more changes of those it has', () => {
    const queue = full();
    expect(queue.add({ ...announced, project: 'another' }, NOW)).toBe(false);
    expect(queue.add({ ...announced, project: 'a-project-with-a-usual-name-0' }, NOW)).toBe(true);
    const [taken] = queue.takeDue(NOW, 1);
    // What is under way has its place still.
    expect(queue.add({ ...announced, project: 'another' }, NOW)).toBe(false);
    if (taken) queue.settle({ ...taken, serial: 7, isTold: true, attempt: 0 }, NOW);
    expect(queue.add({ ...announced, project: 'another' }, NOW)).toBe(true);
    expect(queue.snapshot()).toHaveLength(MAX_PENDING);
  });

  test('a full queue is stored in a few megabytes', () => {
    expect(JSON.stringify(full().snapshot()).length).toBeLessThan(4_000_000);
  });

  test('the last releases of a project are kept', () => {
    const queue = createChangeQueue();
    for (let i = 0; i < 2 * MAX_RELEASES; i += 1)
      queue.add({ ...announced, release: `1.${i}` }, NOW);
    const [pending] = queue.snapshot();
    expect(pending?.releases).toHaveLength(MAX_RELEASES);
    expect(pending?.releases.at(-1)).toBe(`1.${2 * MAX_RELEASES - 1}`);
  });
});

test('the next leader continues with everything, including refetches under way', () => {
  const queue = createChangeQueue();
  queue.add({ ...announced, project: 'under-way' }, NOW);
  queue.takeDue(NOW, 1);
  queue.add({ ...announced, project: 'waiting', serial: 7 }, NOW);
  const text = JSON.stringify(queue.snapshot());
  const next = createChangeQueue(z.array(pendingSchema).parse(JSON.parse(text)));
  expect(JSON.stringify(next.snapshot())).toBe(text);
  expect(next.takeDue(NOW, 10).map(({ project }) => project)).toEqual(['under-way', 'waiting']);
});
