import { randomUUID } from 'node:crypto';
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
}

/** Counts an answered request, and writes its one line of log. */
export type GiveAccount = (account: Account) => void;

export function createAccounts({ log, metrics }: { log: Logger; metrics: Metrics }): GiveAccount {
  return ({
    requestId,
    startedAtMs,
    method,
    path,
    status,
    kindId,
    format,
    verdict,
    tiers,
    error,
  }) => {
    const seconds = (performance.now() - startedAtMs) / 1000;
    metrics.request({ kind: kindId, verdict, format, status, seconds });
    const line = {
      id: requestId,
      method,
      path: path.length > MAX_LOGGED_PATH ? path.slice(0, MAX_LOGGED_PATH) : path,
      status,
      verdict,
      tiers,
      ms: Math.round(seconds * 1e5) / 100,
    };
    log[levelOf(verdict)](error === undefined ? line : { ...line, err: error }, 'request');
  };
}

/** A fault of ours is an error; one of an upstream, or too much work, a warning; all else is information. */
function levelOf(verdict: Verdict): 'info' | 'warn' | 'error' {
  if (verdict === 'error') return 'error';
  return verdict === 'unavailable' || verdict === 'busy' ? 'warn' : 'info';
}

/** The id that a proxy in front gave the request, if it is one, or a new one. */
export function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
