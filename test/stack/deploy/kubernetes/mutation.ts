import type { Overlay } from './render.ts';

/** A change of one rendered object, and what has to be said of it. */
export interface Mutation {
  readonly overlay: Overlay;
  readonly object: string;
  readonly from: RegExp | string;
  readonly to: string;
  readonly fault: RegExp;
}

type Change = readonly [from: RegExp | string, to: string, fault: RegExp];

/** The changes of one object. */
export function mutationsOf(
  object: string,
  changes: readonly Change[],
  overlay: Overlay = '.',
): Mutation[] {
  return changes.map(([from, to, fault]) => ({ overlay, object, from, to, fault }));
}
