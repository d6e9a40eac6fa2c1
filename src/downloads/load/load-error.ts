import { QueryError } from '../clickhouse/query-error.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How long to wait after each kind of failure. */
export const RETRY_MS = {
  /** A broken connection, or a store that fails: the load continues where it stopped. */
  failed: 5 * MINUTE_MS,
  /** ClickHouse has no new day yet. */
  noNewDay: 30 * MINUTE_MS,
  /** A quota, a wrong password, a proxy's error: the public server asks clients to stop. */
  refused: HOUR_MS,
  /** The whole load was of no use; the next one costs as many queries. */
  implausible: 6 * HOUR_MS,
} as const;

/** A load that was not published. The message is for operators. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
  readonly retryMs: number;

  constructor(problem: string, retry: keyof typeof RETRY_MS = 'failed', cause?: unknown) {
    super(problem, { cause });
    this.retryMs = RETRY_MS[retry];
  }
}

export function toLoadError(error: unknown): LoadError {
  if (error instanceof LoadError) return error;
  const isRefused = error instanceof QueryError && error.failure === 'refused';
  const message = error instanceof Error ? error.message : String(error);
  return new LoadError(`ClickHouse: ${message}`, isRefused ? 'refused' : 'failed', error);
}
