/** Why an upstream gave no usable answer; also the label in metrics. */
export type UpstreamFailure =
  | 'timeout'
  | 'network'
  | 'status'
  | 'redirect'
  | 'too-large'
  | 'unparsable'
  | 'queue-full'
  | 'breaker-open'
  | 'over-budget'
  | 'cancelled';

/** A call to an upstream that failed: for the facts, a failed refresh and nothing more. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly failure: UpstreamFailure;
  /** How long the upstream wants to be left alone, in milliseconds, where it says so. */
  readonly retryAfterMs: number | undefined;

  constructor(failure: UpstreamFailure, detail: string, cause?: unknown, retryAfterMs?: number) {
    super(detail, { cause });
    this.failure = failure;
    this.retryAfterMs = retryAfterMs;
  }
}
