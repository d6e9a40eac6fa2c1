/** A block of the event loop uses up one step, however long it is. */
const STEPS = 4;

/**
 * What the promise resolves with, or undefined when that takes longer than so many milliseconds. Rejects as the promise
 * does.
 *
 * A timer that is late, because our own event loop was blocked, says nothing about who is waited for: the answer may have
 * arrived, or the question may not have been sent. So the time is counted in steps, and after the last one the loop looks
 * once more at what has arrived.
 */
export function inTime<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout;
    const wait = (steps: number): void => {
      timer = setTimeout(() => {
        if (steps > 1) wait(steps - 1);
        else setImmediate(resolve, undefined);
      }, ms / STEPS);
    };
    wait(STEPS);
    void promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Resolves after so many milliseconds, by the clock that tests can turn. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
