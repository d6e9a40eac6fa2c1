import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createQueue, drawingCost, DroppedError, type Queue } from '../../../src/imaging/queue.ts';
import type { Scale } from '../../../src/imaging/spec.ts';

const LONG_MS = 60_000;

/** Work that ends when it is told to, and notes that it was begun. */
function createBench(turns: Queue) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    want: (name: string, priority: number): Promise<unknown> =>
      turns.run(priority, async () => {
        begun.push(name);
        await new Promise<void>((resolve) => ends.set(name, resolve));
      }),
    end: async (name: string): Promise<void> => {
      ends.get(name)?.();
      await delay(0);
    },
  };
}

test('the lowest priority comes first, of equal ones whoever came first', async () => {
  const { begun, want, end } = createBench(
    createQueue({ concurrency: 1, waitingLimit: 9, maxWaitMs: LONG_MS }),
  );
  const all = [want('first', 9), want('b', 2), want('c', 2), want('a', 1), want('d', 3)];
  for (const name of ['first', 'a', 'b', 'c', 'd']) await end(name);
  await Promise.all(all);
  expect(begun).toEqual(['first', 'a', 'b', 'c', 'd']);
});

test('where too many wait, the last in priority gives way, be it the newest or not', async () => {
  const turns = createQueue({ concurrency: 1, waitingLimit: 2, maxWaitMs: LONG_MS });
  const { begun, want, end } = createBench(turns);
  const first = want('first', 0);
  const [much, some, little, most] = [5, 3, 1, 7].map((priority) => want(`${priority}`, priority));
  await expect(much).rejects.toBeInstanceOf(DroppedError);
  await expect(most).rejects.toBeInstanceOf(DroppedError);
  expect(turns.stats()).toEqual({ running: 1, waiting: 2 });
  for (const name of ['first', '1', '3']) await end(name);
  await Promise.all([first, some, little]);
  expect(begun).toEqual(['first', '1', '3']);
  expect(turns.stats()).toEqual({ running: 0, waiting: 0 });
});

test('nobody waits for longer than allowed', async () => {
  const turns = createQueue({ concurrency: 1, waitingLimit: 9, maxWaitMs: 20 });
  const { begun, want, end } = createBench(turns);
  const first = want('first', 0);
  await expect(want('second', 0)).rejects.toBeInstanceOf(DroppedError);
  await end('first');
  await first;
  expect(begun).toEqual(['first']);
});

test('where it rests between, a place stays empty for as long as its work took', async () => {
  const turns = createQueue({
    concurrency: 1,
    waitingLimit: 9,
    maxWaitMs: LONG_MS,
    restsAfterWork: true,
  });
  let [endedAtMs, begunAtMs] = [0, 0];
  const first = turns.run(0, async () => {
    await delay(30);
    endedAtMs = performance.now();
  });
  const second = turns.run(0, () => Promise.resolve((begunAtMs = performance.now())));
  await first;
  expect(turns.stats()).toEqual({ running: 0, waiting: 1 });
  await second;
  // A timer may fire a millisecond early.
  expect(begunAtMs - endedAtMs).toBeGreaterThan(25);
});

test('work that fails gives its place to the next one', async () => {
  const turns = createQueue({ concurrency: 1, waitingLimit: 9, maxWaitMs: LONG_MS });
  const failing = turns.run(0, () => Promise.reject(new Error('broken')));
  const next = turns.run(0, () => Promise.resolve('done'));
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('done');
});

test('whatever is wanted: never too much at once, and all of it ends', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.nat(6),
      fc.array(fc.record({ priority: fc.nat(5), fails: fc.boolean() }), { maxLength: 30 }),
      async (concurrency, waitingLimit, wishes) => {
        const turns = createQueue({ concurrency, waitingLimit, maxWaitMs: LONG_MS });
        let running = 0;
        let most = 0;
        const work = (fails: boolean) => async (): Promise<void> => {
          most = Math.max(most, (running += 1));
          await Promise.resolve();
          running -= 1;
          if (fails) throw new Error('broken');
        };
        const all = wishes.map(({ priority, fails }) => turns.run(priority, work(fails)));
        expect(turns.stats().waiting).toBeLessThanOrEqual(waitingLimit);
        await Promise.allSettled(all);
        expect(most).toBe(Math.min(concurrency, wishes.length));
        expect(turns.stats()).toEqual({ running: 0, waiting: 0 });
      },
    ),
  );
});

test.each<[letters: number, scale: Scale, cost: number]>([
  [0, 1, 1],
  [20, 1, 1],
  [20, 4, 4],
  [256, 1, 12],
  [256, 4, 50],
  [512, 4, 100],
])('%i letters at scale %i cost as much as %i usual pictures', (letters, scale, cost) => {
  const [label, message] = ['W'.repeat(letters / 2), 'W'.repeat(letters / 2)];
  const spec = { label, message, color: 'blue', style: 'flat' } as const;
  expect(Math.round(drawingCost(spec, scale))).toBe(cost);
});
