/** Blocks the event loop for `ms`, like a busy machine. */
export function blockEventLoop(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}
