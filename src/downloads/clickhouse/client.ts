import type { Readable } from 'node:stream';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { Store } from '../../../cache/store/contract.ts';
import { createCounter } from '../../../cache/counter.ts';
import type { Config } from '../../config.ts';
import { KEYS } from '../../keys.ts';
import { QueryError, type QueryFailure } from './query-error.ts';

const HOUR_MS = 3_600_000;
/** The public server ends a query after 60 s. */
const REQUEST_TIMEOUT_MS = 90_000;
/** Of one answer. A range of names has about a megabyte. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/**
 * Codes of a query that reads, returns or takes too much: TOO_MANY_ROWS, TIMEOUT_EXCEEDED, TOO_SLOW, MEMORY_LIMIT_EXCEEDED,
 * TOO_MANY_BYTES, TOO_MANY_ROWS_OR_BYTES.
 */
const TOO_LARGE = new Set(['158', '159', '160', '241', '307', '396']);
/** QUOTA_EXCEEDED, TOO_MANY_SIMULTANEOUS_QUERIES, AUTHENTICATION_FAILED, ACCESS_DENIED. */
const REFUSED = new Set(['201', '202', '516', '497']);

export interface Query {
  /** With the placeholders of `parameters`; without FORMAT. Returns one row. */
  readonly sql: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface ClickHouse {
  /** Returns the only row of the answer, parsed JSON. Rejects with a `QueryError`. */
  readonly query: (query: Query, signal: AbortSignal) => Promise<unknown>;
  /** Queries left in this hour, as this process last saw it. */
  readonly queriesLeft: () => number;
  readonly close: () => Promise<void>;
}

export type ClickHouseOptions = {
  readonly config: Pick<
    Config,
    | 'CLICKHOUSE_URL'
    | 'CLICKHOUSE_USER'
    | 'CLICKHOUSE_PASSWORD'
    | 'CLICKHOUSE_QUERIES_PER_HOUR'
    | 'CONTACT'
  >;
  readonly store: Pick<Store, 'increment'>;
  readonly version: string;
  /** Its queries are for clients, who get half of an hour's: the load always has the other half. */
  readonly isOnDemand?: boolean;
  readonly observe?: (outcome: 'answered' | QueryFailure, seconds: number) => void;
};

/**
 * Creates a client of ClickHouse's HTTP interface. The public server answers 200 with a part of the rows when a limit
 * is reached, unless `read_overflow_mode` is `throw`; and it never cuts an answer of one row, which may hold arrays. So
 * each query has that setting and one row.
 */
export function createClickHouse(options: ClickHouseOptions): ClickHouse {
  const { config, store, version, isOnDemand = false, observe } = options;
  const perHour = config.CLICKHOUSE_QUERIES_PER_HOUR;
  const count = createCounter(store, () => performance.now());
  const client = createClient({
    url: config.CLICKHOUSE_URL,
    username: config.CLICKHOUSE_USER,
    password: config.CLICKHOUSE_PASSWORD,
    application: `pypins/${version} (${config.CONTACT || 'contact not set'})`,
    request_timeout: REQUEST_TIMEOUT_MS,
    max_open_connections: 1,
    // The pause between two queries outlives a connection.
    keep_alive: { enabled: false },
    // Failures are reported by those who ask.
    log: { level: ClickHouseLogLevel.OFF },
  });
  let left = perHour;

  const take = async (key: string, most: number): Promise<void> => {
    const used = await count(key, HOUR_MS);
    left = Math.max(0, most - used);
    if (used > most) throw new QueryError('over-budget', 'no query is left in this hour');
  };

  const ask = async (query: Query, signal: AbortSignal): Promise<unknown> => {
    if (isOnDemand) await take(KEYS.clickhouseOnDemand, Math.floor(perHour / 2));
    const leftOnDemand = isOnDemand ? left : perHour;
    await take(KEYS.clickhouseBudget, perHour);
    left = Math.min(left, leftOnDemand);
    return oneRow(await send(client, query, signal));
  };

  return {
    async query(query, signal) {
      const startedAt = performance.now();
      const report = (outcome: 'answered' | QueryFailure): void =>
        observe?.(outcome, (performance.now() - startedAt) / 1000);
      try {
        const row = await ask(query, signal);
        report('answered');
        return row;
      } catch (error) {
        const failure = toQueryError(error);
        report(failure.failure);
        throw failure;
      }
    },
    queriesLeft: () => left,
    close: () => client.close(),
  };
}

async function send(
  client: ClickHouseClient,
  { sql, parameters }: Query,
  signal: AbortSignal,
): Promise<string> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const { stream } = await client.exec({
    query: `${sql}\nFORMAT JSONCompactEachRow`,
    query_params: parameters,
    clickhouse_settings: { read_overflow_mode: 'throw' },
    abort_signal: AbortSignal.any([signal, timeout]),
  });
  return readText(stream, AbortSignal.any([signal, timeout]));
}

async function readText(stream: Readable, signal: AbortSignal): Promise<string> {
  const stop = (): void => void stream.destroy(new Error('no whole answer in time'));
  signal.addEventListener('abort', stop, { once: true });
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) throw new QueryError('too-large', 'sent too many bytes');
      chunks.push(chunk);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stream.destroy();
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** An error in mid-stream is text after, or instead of, the end of the row. */
function oneRow(text: string): unknown {
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.length !== 1 || !text.endsWith('\n'))
    throw new QueryError('incomplete', `sent ${lines.length} rows, or an unfinished one`);
  try {
    return JSON.parse(lines[0] ?? '');
  } catch (error) {
    throw new QueryError('incomplete', 'sent no whole row', error);
  }
}

function toQueryError(error: unknown): QueryError {
  if (error instanceof QueryError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const detail = message.split('\n', 1)[0]?.slice(0, 300) ?? '';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (TOO_LARGE.has(code)) return new QueryError('too-large', detail, error);
  if (REFUSED.has(code)) return new QueryError('refused', detail, error);
  // Not an error of ClickHouse, but of a proxy before it: 429 and 5xx have HTML.
  const isPage = error instanceof Error && !('code' in error) && /<html|429|50[234]/i.test(message);
  return new QueryError(isPage ? 'refused' : 'failed', detail || 'does not answer', error);
}
