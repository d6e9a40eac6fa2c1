import type { Grammar } from './badges/kind.ts';

/** How an answer came about, as `X-Badge-Status` tells it. */
export type Verdict =
  'ok' | 'stale' | 'not-found' | 'invalid' | 'unavailable' | 'busy' | 'limited' | 'error';

/** Names a row of the cache-length table in `http/headers.ts`. */
export type CacheClass =
  'facts' | 'followed' | 'downloads' | 'static' | 'stale' | 'not-found' | 'failing' | 'limited';

/** One way to fail, and all that follows from it. */
export interface Fault {
  readonly verdict: Verdict;
  /** The true status; pictures are sent with 200 unless `?strict=1` or `alwaysTrue`. */
  readonly status: number;
  readonly message: string;
  /** What the badge says in shields.io's grammar, where that differs. */
  readonly shieldsMessage?: string;
  /** The label where no kind has one to give. */
  readonly label?: string;
  readonly color: 'red' | 'lightgrey';
  readonly cacheClass: CacheClass;
  readonly alwaysTrue?: boolean;
}

/** Every way in which a badge can fail, and all that follows from it. */
export const FAULTS = {
  'no-project': {
    verdict: 'not-found',
    status: 404,
    message: 'not found',
    shieldsMessage: 'package or version not found',
    color: 'red',
    cacheClass: 'not-found',
  },
  'invalid-name': {
    verdict: 'invalid',
    status: 400,
    message: 'invalid name',
    color: 'red',
    cacheClass: 'not-found',
  },
  'no-badge': {
    verdict: 'not-found',
    status: 404,
    label: '404',
    message: 'badge not found',
    color: 'red',
    cacheClass: 'not-found',
  },
  'method-not-allowed': {
    verdict: 'invalid',
    status: 405,
    label: '405',
    message: 'method not allowed',
    color: 'red',
    cacheClass: 'not-found',
    alwaysTrue: true,
  },
  unavailable: {
    verdict: 'unavailable',
    status: 503,
    message: 'unavailable',
    color: 'lightgrey',
    cacheClass: 'failing',
  },
  busy: {
    verdict: 'busy',
    status: 503,
    message: 'busy',
    color: 'lightgrey',
    cacheClass: 'failing',
  },
  limited: {
    verdict: 'limited',
    status: 429,
    message: 'too many requests',
    color: 'lightgrey',
    cacheClass: 'limited',
    alwaysTrue: true,
  },
  internal: {
    verdict: 'error',
    status: 500,
    message: 'internal error',
    color: 'lightgrey',
    cacheClass: 'failing',
  },
} as const satisfies Record<string, Fault>;

export type FaultCode = keyof typeof FAULTS;

/** A failure that the contract has a badge for. The message and the cause are for the log, never for the picture. */
export class BadgeError extends Error {
  override readonly name = 'BadgeError';
  readonly code: FaultCode;
  /** For `limited`: when to come back. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: FaultCode,
    detail: string,
    options: { cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  /** The row of the table. */
  get fault(): Fault {
    return FAULTS[this.code];
  }
}

/** What the badge of a fault says in the grammar of its URL. */
export function faultMessage(fault: Fault, grammar: Grammar): string {
  return grammar === 'shields' ? (fault.shieldsMessage ?? fault.message) : fault.message;
}

/** The failure as a `BadgeError`; what nobody foresaw becomes `internal`. */
export function toBadgeError(error: unknown): BadgeError {
  return error instanceof BadgeError
    ? error
    : new BadgeError('internal', 'unforeseen failure', { cause: error });
}

/** A command that was called in a way that makes no sense. The message is for whoever called. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** Settings that do not fit; the message lists every fault, each with its variable, and never a value. */
export class SettingsError extends UsageError {
  override readonly name = 'SettingsError';
}
