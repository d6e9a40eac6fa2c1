import { FAILED, type Operation, outcomeOf } from '../attempt.ts';
import type { Connection, SqliteStoreOptions } from './connection.ts';
import type { Statements } from './statements.ts';

/** Runs `work` on the database; returns its answer or `FAILED`. Never throws. */
export type Attempt = <T>(
  operation: Operation,
  work: (statements: Statements, nowMs: number) => T,
  isHit?: (answer: T) => boolean,
) => T | typeof FAILED;

/** Creates a function that runs work on the connection and counts the outcome. */
export function createAttempt(
  connection: Connection,
  { observe, clock = Date.now }: SqliteStoreOptions,
): Attempt {
  return (operation, work, isHit) => {
    try {
      const answer = connection.run(clock(), work);
      observe?.(operation, outcomeOf(answer, isHit));
      return answer;
    } catch {
      observe?.(operation, 'failed');
      return FAILED;
    }
  };
}
