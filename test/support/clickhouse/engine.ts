import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { listenHere } from '../../../sample/listen.ts';

const PACKAGES = resolve(import.meta.dirname, '../../clickhouse/node_modules');
const ENTRY = join(PACKAGES, 'chdb/index.mjs');

/** Whether the real engine is installed: `npm ci` in `test/clickhouse`, as `make test-faults` does, brings it for this system. */
export const HAS_ENGINE = existsSync(ENTRY) && existsSync(join(PACKAGES, '@chdb'));

/** What a user of the public server may change. */
const CHANGEABLE = new Set(['read_overflow_mode', 'result_overflow_mode', 'max_block_size']);
const DEFAULTS = { read_overflow_mode: 'break', result_overflow_mode: 'break' } as const;

interface Session {
  query(sql: string, format?: string): string;
  queryBind(sql: string, parameters: object, format?: string): string;
  close(): void;
}

const moduleSchema = z.object({ Session: z.custom<new () => Session>() });

/** ClickHouse with the limits of the public server, behind its HTTP interface. */
export interface ClickHouseEngine {
  readonly url: string;
  /** SQL of the queries so far. */
  readonly queries: readonly string[];
  /** Runs statements without limits. */
  run(...statements: string[]): string;
  /** Sets the most rows that a query may read. */
  limit(maxRowsToRead: number): void;
  close(): Promise<void>;
}

/** Starts the real engine. The most rows of a result are 1,000, as at the public server, where more are cut off. */
export async function startClickHouse(wantedPort = 0): Promise<ClickHouseEngine> {
  const { Session } = moduleSchema.parse(await import(pathToFileURL(ENTRY).href));
  const session = new Session();
  const queries: string[] = [];
  let maxRowsToRead = 1_000_000_000;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/ping') return void response.end('Ok.\n');
    const sql = await text(request);
    queries.push(sql);
    const given = [...searchParams].filter(([name]) => CHANGEABLE.has(name));
    const settings = {
      max_rows_to_read: maxRowsToRead,
      max_result_rows: 1_000,
      max_result_bytes: 10_000_000,
      ...DEFAULTS,
      ...Object.fromEntries(given),
    };
    const parameters = Object.fromEntries(
      [...searchParams]
        .filter(([name]) => name.startsWith('param_'))
        .map(([name, value]) => [name.slice('param_'.length), value]),
    );
    try {
      const limits = Object.entries(settings).map(([name, value]) => `${name} = '${value}'`);
      const [, statement = '', format = ''] = /^([^]*)\nFORMAT (\w+)\s*$/.exec(sql) ?? [];
      const limited = `${statement}\nSETTINGS ${limits.join(', ')}`;
      response.end(session.queryBind(limited, parameters, format));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const code = /Code: (\d+)/.exec(message)?.[1] ?? '0';
      response.writeHead(500, { 'X-ClickHouse-Exception-Code': code }).end(message);
    }
  };

  const server = createServer((request, response) => void answer(request, response));
  const port = await listenHere(server, wantedPort);
  return {
    url: `http://127.0.0.1:${port}`,
    queries,
    run: (...statements) =>
      statements.map((each) => session.query(each, 'JSONCompact')).at(-1) ?? '',
    limit: (rows) => void (maxRowsToRead = rows),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      session.close();
    },
  };
}
