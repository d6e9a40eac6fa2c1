import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listenHere } from '../listen.ts';
import { daysRow, type DownloadRow, rangeRow, rowsInRange, seriesRow } from './tables.ts';

/**
 * How a query is answered wrongly. `partial`: 200, and a part of the rows; `wrong-sums`; `break`: the server ignores
 * `read_overflow_mode`; `mid-stream`: 200, and an error after the beginning; `quota`, `password`: refusals; `proxy`: an
 * HTML page; `garbage`; `reset`; `hang`: no answer.
 */
export type ClickHouseFault =
  | 'partial'
  | 'wrong-sums'
  | 'break'
  | 'mid-stream'
  | 'quota'
  | 'password'
  | 'proxy'
  | 'garbage'
  | 'reset'
  | 'hang';

const EXCEPTIONS = {
  quota: [503, 201, 'Quota for user `demo` for 3600s has been exceeded', 'QUOTA_EXCEEDED'],
  password: [403, 516, 'demo: Authentication failed', 'AUTHENTICATION_FAILED'],
  rows: [500, 158, 'Limit for rows exceeded, max rows: 1.00 billion', 'TOO_MANY_ROWS'],
} as const;

/** A stand-in for ClickHouse's HTTP interface, with the queries of pypins, which it does not parse as SQL. */
export interface ClickHouseStandIn {
  readonly url: string;
  /** The range, day or project of each query so far. */
  readonly queries: readonly Readonly<Record<string, string>>[];
  /** Replaces all rows. */
  setRows(rows: readonly DownloadRow[]): void;
  /** Refuses a query of more rows with error 158. */
  limit(maxRows: number): void;
  /** Answers the queries after the next `after` ones wrongly; `undefined` ends that. */
  misbehave(fault: ClickHouseFault | undefined, after?: number): void;
  close(): Promise<void>;
}

export async function startClickHouseStandIn(
  initial: readonly DownloadRow[],
): Promise<ClickHouseStandIn> {
  const queries: Record<string, string>[] = [];
  let rows = initial;
  let maxRows = Infinity;
  let fault: ClickHouseFault | undefined;
  let healthy = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/ping') return void response.end('Ok.\n');
    const sql = await text(request);
    const parameters = parametersOf(searchParams);
    queries.push(parameters);
    healthy -= 1;
    if (fault !== undefined && healthy < 0)
      return misbehaved(response, fault, rowOf(sql, parameters));
    const { a, b } = parameters;
    if (a !== undefined && rowsInRange(rows, a, b) > maxRows) return refuse(response, 'rows');
    response.end(`${JSON.stringify(rowOf(sql, parameters))}\n`);
  };

  const rowOf = (sql: string, parameters: Readonly<Record<string, string>>): unknown[] => {
    if (sql.includes(' AS days,')) return daysRow(rows, parameters);
    if (parameters['p'] !== undefined) return seriesRow(rows, parameters, breakdownOf(sql));
    return rangeRow(rows, parameters);
  };

  const server = createServer((request, response) => void answer(request, response));
  const port = await listenHere(server);

  return {
    url: `http://127.0.0.1:${port}`,
    queries,
    setRows: (next) => void (rows = next),
    limit: (next) => void (maxRows = next),
    misbehave(next, after = 0) {
      fault = next;
      healthy = after;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function breakdownOf(sql: string): 'installer' | 'python' | 'system' {
  if (sql.includes('by_version_by_python')) return 'python';
  return sql.includes('by_version_by_system') ? 'system' : 'installer';
}

function parametersOf(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    [...query]
      .filter(([name]) => name.startsWith('param_'))
      .map(([name, value]) => [name.slice('param_'.length), value]),
  );
}

function refuse(response: ServerResponse, name: keyof typeof EXCEPTIONS): void {
  const [status, code, message, type] = EXCEPTIONS[name];
  response
    .writeHead(status, { 'X-ClickHouse-Exception-Code': `${code}` })
    .end(
      `Code: ${code}. DB::Exception: ${message}. (${type}) (version 26.7.3.1 (official build))\n`,
    );
}

function misbehaved(response: ServerResponse, fault: ClickHouseFault, row: unknown[]): void {
  const [all, ...rest] = row;
  const some = Array.isArray(all) ? all.slice(0, Math.floor(all.length / 2)) : [];
  if (fault === 'quota' || fault === 'password') refuse(response, fault);
  else if (fault === 'partial') response.end(json([some, ...rest]));
  else if (fault === 'wrong-sums') response.end(json(row.map((each) => doubled(each))));
  else if (fault === 'break') response.end(json([...row.slice(0, -1), 'break']));
  else if (fault === 'mid-stream')
    response.end(
      `${json(row).slice(0, -9)}\r\n__exception__\r\ntag\r\nCode: 241. Memory limit\r\n`,
    );
  else if (fault === 'proxy')
    response.writeHead(502, { 'Content-Type': 'text/html' }).end('<html>502 Bad Gateway</html>');
  else if (fault === 'garbage') response.end('\u0000\u0001 not JSON\n');
  else if (fault === 'reset') response.destroy();
}

function json(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** Numbers that are no more the sums of the rows. */
function doubled(value: unknown): unknown {
  return typeof value === 'number' ? value * 2 + 1 : value;
}
