import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createQueue, DroppedError, type Queue } from '../../../src/imaging/queue.ts';

const LONG_MS = 60_000;

/** Enqueues work that records its start and ends on command. */
function createWorkbench(queue: Queue) {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    started,
    enqueue: (name: string, priority: number): Promise<unknown> =>
      queue.run(priority, async () => {
        started.push(name);
        await new Promise<void>((resolve) => ends.set(name, resolve));
      }),
    end: async (name: string): Promise<void> => {
      ends.get(name)?.();
      await delay(0);
    },
  };
}

test('starts work in order of priority, then of arrival', async () => {
  const { started, enqueue, end } = createWorkbench(
    createQueue({ concurrency: 1, waitingLimit: 9, maxWaitMs: LONG_MS }),
  );
  const all = [
    enqueue('first', 9),
    enqueue('b', 2),
    enqueue('c', 2),
    enqueue('a', 1),
    enqueue('d', 3),
  ];
  for (const name of ['first', 'a', 'b', 'c', 'd']) await end(name);
  await Promise.all(all);
  expect(started).toEqual(['first', 'a', 'b', 'c', 'd']);
});

test('drops the last in priority when the queue is full, whether it is the newest or not', async () => {
  const queue = createQueue({ concurrency: 1, waitingLimit: 2, maxWaitMs: LONG_MS });
  const { started, enqueue, end } = createWorkbench(queue);
  const first = enqueue('first', 0);
  const [much, some, little, most] = [5, 3, 1, 7].map((priority) =>
    enqueue(`${priority}`, priority),
  );
  await expect(much).rejects.toBeInstanceOf(DroppedError);
  await expect(most).rejects.toBeInstanceOf(DroppedError);
  expect(queue.stats()).toEqual({ running: 1, waiting: 2 });
  for (const name of ['first', '1', '3']) await end(name);
  await Promise.all([first, some, little]);
  expect(started).toEqual(['first', '1', '3']);
  expect(queue.stats()).toEqual({ running: 0, waiting: 0 });
});

test('drops work that waits for too long', async () => {
  const queue = createQueue({ concurrency: 1, waitingLimit: 9, maxWaitMs: 20 });
  const { started, enqueue, end } = createWorkbench(queue);
  const first = enqueue('first', 0);
  await expect(enqueue('second', 0)).rejects.toBeInstanceOf(DroppedError);
  await end('first');
  await first;
  expect(started).toEqual(['first']);
});

test('rests a slot for as long as its work took', async () => {
  const queue = createQueue({
    concurrency: 1,
    waitingLimit: 9,
    maxWaitMs: LONG_MS,
    restsAfterWork: true,
  });
  let [endedAtMs, startedAtMs] = [0, 0];
  const first = queue.run(0, async () => {
    await delay(30);
    endedAtMs = performance.now();
  });
  const second = queue.run(0, () => Promise.resolve((startedAtMs = performance.now())));
  await first;
  expect(queue.stats()).toEqual({ running: 0, waiting: 1 });
  await second;
  // A timer may fire a millisecond early.
  expect(startedAtMs - endedAtMs).toBeGreaterThan(25);
});

test('starts the next work after a failure', async () => {
  const queue = createQueue({ concurrency: 1, waitingLimit: 9, maxWaitMs: LONG_MS });
  const failing = queue.run(0, () => Promise.reject(new Error('broken')));
  const next = queue.run(0, () => Promise.resolve('done'));
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('done');
});

test('never exceeds the concurrency, and settles all work', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.nat(6),
      fc.array(fc.record({ priority: fc.nat(5), fails: fc.boolean() }), { maxLength: 30 }),
      async (concurrency, waitingLimit, items) => {
        const queue = createQueue({ concurrency, waitingLimit, maxWaitMs: LONG_MS });
        let running = 0;
        let most = 0;
        const work = (fails: boolean) => async (): Promise<void> => {
          most = Math.max(most, (running += 1));
          await Promise.resolve();
          running -= 1;
          if (fails) throw new Error('broken');
        };
        const all = items.map(({ priority, fails }) => queue.run(priority, work(fails)));
        expect(queue.stats().waiting).toBeLessThanOrEqual(waitingLimit);
        await Promise.allSettled(all);
        expect(most).toBe(Math.min(concurrency, items.length));
        expect(queue.stats()).toEqual({ running: 0, waiting: 0 });
      },
    ),
  );
});
