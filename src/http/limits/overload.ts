const SAMPLE_MS = 250;
/** How late the event loop may be before work is refused. */
const LATE_MS = 100;

/** Whether this process has more to do than it can do in time. */
export interface Overload {
  readonly isLate: () => boolean;
  readonly close: () => void;
}

/** Looks four times a second at how late a timer fires: as late as whoever asks next would be answered. */
export function watchOverload(clock: () => number = () => performance.now()): Overload {
  let dueAtMs = clock() + SAMPLE_MS;
  let lateMs = 0;
  const timer = setInterval(() => {
    lateMs = clock() - dueAtMs;
    dueAtMs = clock() + SAMPLE_MS;
  }, SAMPLE_MS).unref();
  return {
    isLate: () => Math.max(lateMs, clock() - dueAtMs) > LATE_MS,
    close: () => clearInterval(timer),
  };
}
