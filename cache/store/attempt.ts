import type { StoreObserver } from './contract.ts';

/** Result of a failed attempt. */
export const FAILED = Symbol('failed');

/** Operation of a store, as it is counted. */
export type Operation = Parameters<StoreObserver>[0];

/** Returns the answer, or undefined if the attempt failed. */
export function orNone<T>(answer: T | typeof FAILED): T | undefined {
  return answer === FAILED ? undefined : answer;
}

/** Returns the outcome that an answer counts as. */
export function outcomeOf<T>(
  answer: T,
  isHit: ((answer: T) => boolean) | undefined,
): Parameters<StoreObserver>[1] {
  if (isHit === undefined) return 'ok';
  return isHit(answer) ? 'hit' : 'miss';
}
