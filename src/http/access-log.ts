import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import { sentenceOf, type Verdict } from '../errors.ts';
import type { Metrics } from '../metrics.ts';
import type { Trace } from '../trace.ts';

const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;
const MAX_LOGGED_PATH = 300;
const MAX_LOGGED_WHY = 200;

/** One answered request. Contains nothing about the client. */
export interface AccessLogEntry {
  readonly requestId: string;
  /** The trace that the client or a proxy has named. */
  readonly trace?: Trace | undefined;
  readonly startedAtMs: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly kindId: string;
  readonly format: string;
  readonly verdict: Verdict;
  /** As in `X-Cache`. */
  readonly tiers: string;
  readonly error?: unknown;
  /** A response from the micro-cache: logged at level `debug`. */
  readonly isRepeat?: boolean;
}

/** Counts an answered request in the metrics, and logs it in one line. */
export type LogAccess = (entry: AccessLogEntry) => void;

export function createAccessLog({ log, metrics }: { log: Logger; metrics: Metrics }): LogAccess {
  return (entry) => {
    const { requestId, trace, startedAtMs, method, path, status, kindId, format, verdict, tiers } =
      entry;
    const seconds = (performance.now() - startedAtMs) / 1000;
    metrics.request({ kind: kindId, verdict, format, status, seconds });
    const level = levelOf(entry);
    if (!log.isLevelEnabled(level)) return;
    const line = {
      id: requestId,
      trace: trace?.id,
      method,
      path: path.slice(0, MAX_LOGGED_PATH),
      status,
      verdict,
      tiers,
      ms: Math.round(seconds * 1e5) / 100,
    };
    log[level]({ ...line, ...reasonOf(entry) }, 'request');
  };
}

/**
 * Our own failures have a stack. Failing upstreams and overload happen with every request of an outage, so they have a
 * sentence.
 */
function reasonOf({ verdict, error }: AccessLogEntry): { err?: unknown; why?: string } {
  if (error === undefined) return {};
  return verdict === 'error' ? { err: error } : { why: sentenceOf(error).slice(0, MAX_LOGGED_WHY) };
}

/** Our own failures are errors; failing upstreams and overload are warnings. */
function levelOf({
  verdict,
  isRepeat = false,
}: AccessLogEntry): 'debug' | 'info' | 'warn' | 'error' {
  if (verdict === 'error') return 'error';
  if (verdict === 'unavailable' || verdict === 'busy') return 'warn';
  return isRepeat ? 'debug' : 'info';
}

/** Returns the id of a request. */
export type RequestIdOf = (request: IncomingMessage) => string;

/**
 * Takes the id of a trusted proxy if it is valid, otherwise makes a new one. A client's own id is ignored: it could hide
 * its requests among those of others in the log.
 */
export function createRequestIds(isTrusted: (address: string) => boolean): RequestIdOf {
  return ({ headers, socket }) => {
    const given = headers['x-request-id'];
    const isTaken = typeof given === 'string' && REQUEST_ID.test(given);
    return isTaken && isTrusted(socket.remoteAddress ?? '') ? given : randomUUID();
  };
}
