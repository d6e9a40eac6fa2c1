/** Why a query has no answer. `refused`: leave the server alone for a while. `incomplete`: a part of the answer came. */
export type QueryFailure = 'too-large' | 'refused' | 'incomplete' | 'over-budget' | 'failed';

export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly failure: QueryFailure;

  constructor(failure: QueryFailure, detail: string, cause?: unknown) {
    super(detail, { cause });
    this.failure = failure;
  }
}
