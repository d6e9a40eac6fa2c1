import { z } from 'zod';
import { bytes, count, oneOf, originOf, seconds } from '../setting-formats.ts';

const MEBIBYTE = 1024 * 1024;
const PUBLIC_URL = 'https://sql-clickhouse.clickhouse.com';

const identifier = z.string().regex(/^[A-Za-z_]\w*$/, 'must be the name of a database');

/** The settings of the daily load, in the order of the documents. */
export const downloadSettings = {
  DOWNLOADS_SOURCE: oneOf(['pypistats', 'clickhouse'])
    .default('pypistats')
    .describe(
      'where download counts come from: each from pypistats.org, or all in one load a day from ClickHouse, by `pypins follow`',
    ),
  DOWNLOADS_MAX_BYTES: bytes(MEBIBYTE)
    .default(64 * MEBIBYTE)
    .describe('maximum size of a load in the shared store, in bytes; a larger one is not used'),
  CLICKHOUSE_URL: originOf(/^https?$/, PUBLIC_URL)
    .default(PUBLIC_URL)
    .describe('HTTP interface of a ClickHouse with the tables of the public database `pypi`'),
  CLICKHOUSE_USER: z.string().max(100).default('demo').describe('user at ClickHouse'),
  CLICKHOUSE_PASSWORD: z
    .string()
    .max(200)
    .default('')
    .describe('password at ClickHouse; the public one has none'),
  CLICKHOUSE_DATABASE: identifier.default('pypi').describe('database at ClickHouse'),
  CLICKHOUSE_PAUSE_SECONDS: seconds(0, 3600)
    .default(75)
    .describe(
      'pause between two queries of the load; the default is for the public ClickHouse, which allows 60 queries an hour and address',
    ),
  CLICKHOUSE_QUERIES_PER_HOUR: count()
    .default(55)
    .describe('queries to ClickHouse an hour, for all processes together'),
} as const;
