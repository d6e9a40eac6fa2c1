import { closeSync, openSync } from 'node:fs';

/**
 * Whether so many files more can be opened, at 6 µs each. Where not, librsvg draws every letter as a little box, says
 * nothing, and goes on doing so for as long as its thread lives.
 */
export function canOpen(fontFile: string, wanted: number): boolean {
  const opened: number[] = [];
  try {
    while (opened.length < wanted) opened.push(openSync(fontFile, 'r'));
    return true;
  } catch {
    return false;
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}
