import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Repeats a step until the signal aborts. Between two it waits the milliseconds that the step returns, or `restMs`. A step
 * that fails is reported, and repeated after `restMs`.
 */
export async function every(
  signal: AbortSignal,
  restMs: number,
  step: () => Promise<number | void>,
  onFailure: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    let nextMs = restMs;
    try {
      nextMs = (await step()) ?? restMs;
    } catch (error) {
      if (!signal.aborted) onFailure(error);
    }
    await sleep(nextMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Works on each item, at most `limit` at once. */
export async function eachAtOnce<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
