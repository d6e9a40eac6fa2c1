/** A blocked event loop uses up one step at most, however long the block lasts. */
const STEPS = 4;

/**
 * Returns the promise's value, or undefined if that takes longer than `ms`. Rejects as the promise does.
 *
 * While this process's event loop is blocked, the answer may have arrived unread, or the request may still be unsent.
 * So the time is counted in steps, and after the last step the loop polls for I/O once more.
 */
export function inTime<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout;
    const wait = (steps: number): void => {
      timer = setTimeout(
        () => {
          if (steps > 1) wait(steps - 1);
          else setImmediate(resolve, undefined);
        },
        Math.max(0, ms) / STEPS,
      );
    };
    wait(STEPS);
    void promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Resolves after `ms`. Unlike `node:timers/promises`, it follows fake timers in tests. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
