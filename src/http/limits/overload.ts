const SAMPLE_MS = 250;
/** Delay of the event loop beyond which the process counts as overloaded. */
const LATE_MS = 100;

/** Detects that the process cannot keep up with its work. */
export interface Overload {
  readonly isLate: () => boolean;
  readonly close: () => void;
}

/** Measures four times a second how late a timer fires: the next request would be answered as late. */
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
