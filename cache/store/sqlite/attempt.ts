import { FAILED, type Operation, outcomeOf } from '../attempt.ts';
import type { Connection, SqliteStoreOptions } from './connection.ts';
import type { Statements } from './statements.ts';

/** Does some work on the database, and gives its answer or `FAILED`; never throws. */
export type Attempt = <T>(
  operation: Operation,
  work: (statements: Statements, nowMs: number) => T,
  isHit?: (answer: T) => boolean,
) => T | typeof FAILED;

/** Asks the database at hand, and counts what becomes of it. */
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
