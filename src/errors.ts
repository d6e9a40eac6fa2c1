import type { Grammar } from './badges/kind.ts';

/** Outcome of a request, as in `X-Badge-Status`. */
export type Verdict =
  'ok' | 'stale' | 'not-found' | 'invalid' | 'unavailable' | 'busy' | 'limited' | 'error';

/** A row of the cache lengths in `http/headers.ts`. */
export type CacheClass =
  'facts' | 'followed' | 'downloads' | 'static' | 'stale' | 'not-found' | 'failing' | 'limited';

/** One way to fail, and how it is answered. */
export interface Fault {
  readonly verdict: Verdict;
  /** The true status. Pictures are sent with 200, except with `?strict=1` or `alwaysTrue`. */
  readonly status: number;
  readonly message: string;
  /** The message in shields.io's grammar, if different. */
  readonly shieldsMessage?: string;
  /** The label if no kind is known. */
  readonly label?: string;
  readonly color: 'red' | 'lightgrey';
  readonly cacheClass: CacheClass;
  readonly alwaysTrue?: boolean;
}

/** All ways in which a badge can fail. */
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
  'no-message': {
    verdict: 'invalid',
    status: 400,
    message: 'invalid query parameter: message',
    color: 'red',
    cacheClass: 'not-found',
  },
  'index-not-served': {
    verdict: 'invalid',
    status: 400,
    message: 'index not served',
    color: 'lightgrey',
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
    // Clients with a filled bucket get it first, so it is not stored for others.
    cacheClass: 'limited',
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

/** A failure with an error badge. Message and cause are only logged, never shown. */
export class BadgeError extends Error {
  override readonly name = 'BadgeError';
  readonly code: FaultCode;
  /** For `limited`: how long to wait. */
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

  get fault(): Fault {
    return FAULTS[this.code];
  }
}

/** Returns the message of an error badge in a grammar. */
export function faultMessage(fault: Fault, grammar: Grammar): string {
  return grammar === 'shields' ? (fault.shieldsMessage ?? fault.message) : fault.message;
}

/** Returns the error as a `BadgeError`; an unexpected one becomes `internal`. */
export function toBadgeError(error: unknown): BadgeError {
  return error instanceof BadgeError
    ? error
    : new BadgeError('internal', 'unexpected failure', { cause: error });
}

/** A command could not do what it was asked. The message is printed for the user, without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Wrong arguments of a command. The message is printed for the user. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** Invalid settings. The message lists all of them by name, and contains no values. */
export class SettingsError extends UsageError {
  override readonly name = 'SettingsError';
}

/** Returns the messages of an error and its causes, as one sentence. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${sentenceOf(error.cause)}`;
}
