import type { StoreObserver } from './contract.ts';

/** Stands for the answer that did not come. */
export const FAILED = Symbol('failed');

/** What a store is asked for, as it is counted. */
export type Operation = Parameters<StoreObserver>[0];

/** The answer, or undefined where there is none. */
export function orNone<T>(answer: T | typeof FAILED): T | undefined {
  return answer === FAILED ? undefined : answer;
}

/** How an answer is counted. */
export function outcomeOf<T>(
  answer: T,
  isHit: ((answer: T) => boolean) | undefined,
): Parameters<StoreObserver>[1] {
  if (isHit === undefined) return 'ok';
  return isHit(answer) ? 'hit' : 'miss';
}
