import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { Verdict } from '../errors.ts';
import type { Metrics } from '../metrics.ts';

const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;
const MAX_LOGGED_PATH = 300;

/** What is to be told of a request once it is answered. Nothing in it says who asked. */
export interface Account {
  readonly requestId: string;
  readonly startedAtMs: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly kindId: string;
  readonly format: string;
  readonly verdict: Verdict;
  /** Which tiers answered, as in `X-Cache`. */
  readonly tiers: string;
  readonly error?: unknown;
  /** The same answer as a moment ago: not worth a line of its own, unless somebody looks for it. */
  readonly isRepeat?: boolean;
}

/** Counts an answered request, and writes its one line of log. */
export type GiveAccount = (account: Account) => void;

export function createAccounts({ log, metrics }: { log: Logger; metrics: Metrics }): GiveAccount {
  return (account) => {
    const { requestId, startedAtMs, method, path, status, kindId, format, verdict, tiers } =
      account;
    const seconds = (performance.now() - startedAtMs) / 1000;
    metrics.request({ kind: kindId, verdict, format, status, seconds });
    const level = levelOf(account);
    if (!log.isLevelEnabled(level)) return;
    const line = {
      id: requestId,
      method,
      path: path.slice(0, MAX_LOGGED_PATH),
      status,
      verdict,
      tiers,
      ms: Math.round(seconds * 1e5) / 100,
    };
    log[level](account.error === undefined ? line : { ...line, err: account.error }, 'request');
  };
}

/** A fault of ours is an error; one of an upstream, or too much work, a warning; all else is information. */
function levelOf({ verdict, isRepeat = false }: Account): 'debug' | 'info' | 'warn' | 'error' {
  if (verdict === 'error') return 'error';
  if (verdict === 'unavailable' || verdict === 'busy') return 'warn';
  return isRepeat ? 'debug' : 'info';
}

/** Gives a request its id: that of a trusted proxy in front, if it is one, else a new one. */
export type RequestIdOf = (request: IncomingMessage) => string;

/** A client's own id is not taken: lines of the log that others have caused could be hidden behind one. */
export function createRequestIds(isTrusted: (address: string) => boolean): RequestIdOf {
  return ({ headers, socket }) => {
    const given = headers['x-request-id'];
    const isTaken = typeof given === 'string' && REQUEST_ID.test(given);
    return isTaken && isTrusted(socket.remoteAddress ?? '') ? given : randomUUID();
  };
}
