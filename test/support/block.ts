/** Lets nothing else of this process run for so long, as a machine does that is busy with something else. */
export function blockEventLoop(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}
