import { setImmediate as breathe } from 'node:timers/promises';
import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import type { UpstreamClient } from '../../upstream/client.ts';
import { boundRetryMs, readRetryAfterMs, UpstreamError } from '../../upstream/errors.ts';

const PATH = '/pypi';
const ROWS_AT_ONCE = 1_000;
const MAX_FAULT = 300;
/** Twice the size of 50,000 rows. */
const MAX_KEPT_BYTES = 32 * 1024 * 1024;

/** Rows are parsed some at a time: 50,000 of them as objects at once would exhaust memory. */
const ROW_PATH = 'methodResponse.params.param.value.array.data.value';
const documentParser = new XMLParser({
  parseTagValue: false,
  htmlEntities: true,
  stopNodes: [ROW_PATH],
  isArray: (name, path) => path === ROW_PATH || name === 'member',
});
const rowsParser = new XMLParser({
  parseTagValue: false,
  htmlEntities: true,
  isArray: (name) => name === 'row' || name === 'value',
});

const digits = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

/** An integer as parsed. */
export const xmlRpcInteger = z
  .union([z.object({ int: digits }), z.object({ i4: digits })])
  .transform((value) => ('int' in value ? value.int : value.i4));

/** A string as parsed; null for `<nil/>`. */
export const xmlRpcText = z
  .union([z.object({ string: z.string() }), z.object({ nil: z.literal('') }), z.string()])
  .transform((value) => {
    if (typeof value === 'string') return value;
    return 'string' in value ? value.string : null;
  });

const answerSchema = z.object({
  methodResponse: z.union([
    z.object({ fault: z.unknown().refine((fault) => fault !== undefined) }),
    z.object({ params: z.object({ param: z.object({ value: z.unknown() }) }) }),
  ]),
});
const faultSchema = z.object({
  value: z.object({
    struct: z.object({ member: z.array(z.object({ name: z.string(), value: z.unknown() })) }),
  }),
});
/** An empty element is parsed as ''. */
const rowTextsSchema = z.object({
  array: z.object({
    data: z.union([
      z.object({ value: z.array(z.string()) }).transform(({ value }) => value),
      z.literal('').transform(() => []),
    ]),
  }),
});

interface Call {
  readonly client: UpstreamClient;
  readonly method: string;
  readonly args?: readonly number[];
  readonly signal: AbortSignal;
}

/** Calls a method that returns an integer. Rejects with an `UpstreamError`: 'status' for a fault. */
export async function callForInteger(call: Call): Promise<number> {
  const { data } = xmlRpcInteger.safeParse(await callForValue(call));
  if (data === undefined) throw unparsable();
  return data;
}

/** Calls a method that returns rows. Rejects as `callForInteger` does, and when any row does not match the schema. */
export async function callForRows<Row>(call: Call, rowSchema: z.ZodType<Row>): Promise<Row[]> {
  const { data: texts } = rowTextsSchema.safeParse(await callForValue(call));
  if (texts === undefined) throw unparsable();
  const rowsSchema = rowsSchemaOf(rowSchema);
  const rows: Row[] = [];
  for (let from = 0; from < texts.array.data.length; from += ROWS_AT_ONCE) {
    const some = texts.array.data.slice(from, from + ROWS_AT_ONCE);
    const xml = `<rows>${some.map((text) => `<row>${text}</row>`).join('')}</rows>`;
    for (const row of read(rowsSchema, () => rowsParser.parse(xml)).rows.row)
      rows.push(row.array.data.value);
    await breathe();
  }
  return rows;
}

function rowsSchemaOf<Row>(rowSchema: z.ZodType<Row>) {
  const row = z.object({ array: z.object({ data: z.object({ value: rowSchema }) }) });
  return z.object({ rows: z.object({ row: z.array(row) }) });
}

async function callForValue({ client, method, args = [], signal }: Call): Promise<unknown> {
  const params = args.map((arg) => `<param><value><int>${arg}</int></value></param>`).join('');
  const body = `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${params}</params></methodCall>`;
  const post = { contentType: 'text/xml', body };
  const answer = await client.get({
    path: PATH,
    accept: 'text/xml',
    post,
    maxKeptBytes: MAX_KEPT_BYTES,
    signal,
  });
  if (answer.status !== 200) throw new UpstreamError('status', `answered ${answer.status}`);
  const { methodResponse } = read(answerSchema, () =>
    // Validated as a whole, since a truncated response may parse, too.
    documentParser.parse(answer.body, true),
  );
  if ('fault' in methodResponse) throw toError(methodResponse.fault, answer.header);
  return methodResponse.params.param.value;
}

function read<Schema extends z.ZodType>(schema: Schema, parse: () => unknown): z.infer<Schema> {
  let document: unknown;
  try {
    document = parse();
  } catch (error) {
    throw unparsable(error);
  }
  const { data } = schema.safeParse(document);
  // Without zod's error, which would be longer than the rows.
  if (data === undefined) throw unparsable();
  return data;
}

function unparsable(cause?: unknown): UpstreamError {
  return new UpstreamError('unparsable', 'sent something that is not an answer of XML-RPC', cause);
}

/** PyPI reports its rate limit as a fault, with status 200. */
function toError(fault: unknown, header: (name: string) => string | undefined): UpstreamError {
  const members = faultSchema.safeParse(fault).data?.value.struct.member ?? [];
  const reason = members.find(({ name }) => name === 'faultString')?.value;
  const text = (xmlRpcText.safeParse(reason).data ?? 'no reason given').slice(0, MAX_FAULT);
  const seconds = /\bLimit may reset in (\d+) seconds/.exec(text)?.[1];
  const retryAfterMs =
    seconds === undefined ? readRetryAfterMs(header) : boundRetryMs(Number(seconds) * 1000);
  return new UpstreamError('status', `answered with a fault: ${text}`, undefined, retryAfterMs);
}
