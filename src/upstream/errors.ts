/** Nobody is left alone for longer, whatever they say. */
const MAX_RETRY_MS = 600_000;

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

/**
 * How long an upstream that refused wants to be left alone, in milliseconds, ten minutes at the most: by `Retry-After`, else
 * by the limit that is used up, in any of the forms that the drafts of `RateLimit` have had. Undefined where it does not say.
 */
export function readRetryAfterMs(
  header: (name: string) => string | undefined,
  nowMs = Date.now(),
): number | undefined {
  const retryAfter = header('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(retryAfter)) return boundRetryMs(Number(retryAfter) * 1000);
  if (retryAfter.endsWith('GMT')) return boundRetryMs(Date.parse(retryAfter) - nowMs);

  const limit = header('ratelimit') ?? '';
  const left = /\b(?:r|remaining)=(\d+)/.exec(limit)?.[1] ?? header('ratelimit-remaining');
  const reset = /\b(?:t|reset)=(\d+)/.exec(limit)?.[1] ?? header('ratelimit-reset');
  // A limit with something left is not why it refused.
  if (reset === undefined || Number(left ?? 0) > 0) return undefined;
  return boundRetryMs(Number(reset) * 1000);
}

/** A wait within bounds; undefined for what is no number. */
export function boundRetryMs(waitMs: number): number | undefined {
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), MAX_RETRY_MS);
}
