import { z } from 'zod';

/** Upper limit of a requested pause. */
const MAX_RETRY_MS = 600_000;

/** Reason of a failed request; also the label in metrics. */
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

/** The first fault alone of what has another form than expected: all of them fill a page of the log. */
function inOneLine(cause: unknown): unknown {
  if (!(cause instanceof z.ZodError)) return cause;
  const [{ path, message } = { path: [], message: cause.name }] = cause.issues;
  return new Error(path.length === 0 ? message : `${path.join('.')}: ${message}`);
}

/** A failed request to an upstream. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly failure: UpstreamFailure;
  /** Pause that the upstream asks for, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(failure: UpstreamFailure, detail: string, cause?: unknown, retryAfterMs?: number) {
    super(detail, { cause: inOneLine(cause) });
    this.failure = failure;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Returns the pause that an upstream asks for after a refusal, in milliseconds, at most ten minutes: from
 * `Retry-After`, else from an exhausted limit in any form of the `RateLimit` drafts. Undefined if it asks for none.
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
  // A limit that is not exhausted is not the reason.
  if (reset === undefined || Number(left ?? 0) > 0) return undefined;
  return boundRetryMs(Number(reset) * 1000);
}

/** Returns the pause within bounds; undefined for NaN. */
export function boundRetryMs(waitMs: number): number | undefined {
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), MAX_RETRY_MS);
}
