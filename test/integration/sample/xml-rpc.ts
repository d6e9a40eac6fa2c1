import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { ask, type Reply } from './ask.ts';

const feedShape = z.object({
  rss: z.object({ channel: z.object({ item: z.array(z.object({ title: z.string() })) }) }),
});
const parser = new XMLParser({
  parseTagValue: false,
  isArray: (name, path) => name === 'item' || String(path).endsWith('array.data.value'),
});

/** The titles of what `/rss/updates.xml` lists. */
export async function titles(origin: string): Promise<string[]> {
  const { text } = await ask(`${origin}/rss/updates.xml`);
  return feedShape.parse(parser.parse(text)).rss.channel.item.map(({ title }) => title);
}

const rowShape = z.tuple([
  z.string(),
  z.string().nullable(),
  z.number(),
  z.string(),
  z.number().int(),
]);
type Row = z.infer<typeof rowShape>;

const faultShape = z.object({
  value: z.object({
    struct: z.object({
      member: z.tuple([
        z.object({ name: z.literal('faultCode'), value: z.object({ int: z.coerce.number() }) }),
        z.object({ name: z.literal('faultString'), value: z.object({ string: z.string() }) }),
      ]),
    }),
  }),
});
const responseShape = z.object({
  methodResponse: z.object({
    params: z.object({ param: z.object({ value: z.unknown() }) }).optional(),
    fault: faultShape.optional(),
  }),
});

/** What a call has come to: the value, or the fault in its place. */
interface Outcome extends Reply {
  readonly value?: unknown;
  readonly fault?: { readonly code: number; readonly message: string };
}

/** Calls a method with integers, or with anything that is given as XML; the answer as it came. */
export function callRaw(
  origin: string,
  method: string,
  args: readonly (number | string)[] = [],
): Promise<Reply> {
  const params = args.map(
    (arg) => `<param><value>${typeof arg === 'number' ? `<int>${arg}</int>` : arg}</value></param>`,
  );
  const body = `<?xml version='1.0'?>\n<methodCall>\n<methodName>${method}</methodName>\n<params>\n${params.join('\n')}</params>\n</methodCall>\n`;
  return ask(`${origin}/pypi`, { 'content-type': 'text/xml' }, 'POST', body);
}

/** Calls a method, and reads the answer. */
export async function call(...question: Parameters<typeof callRaw>): Promise<Outcome> {
  return readOutcome(await callRaw(...question));
}

/** What the answer to a call says; rejects what is none. */
function readOutcome(reply: Reply): Outcome {
  const { params, fault } = responseShape.parse(parser.parse(reply.text)).methodResponse;
  if (!fault) return { ...reply, value: readValue(params?.param.value) };
  const [code, message] = fault.value.struct.member;
  return { ...reply, fault: { code: code.value.int, message: message.value.string } };
}

const valueShape = z.union([
  z.object({ int: z.coerce.number() }).transform(({ int }) => int),
  z.object({ string: z.string() }).transform(({ string }) => string),
  z.object({ nil: z.literal('') }).transform(() => null),
]);
const arrayShape = z.object({
  array: z.object({ data: z.union([z.literal(''), z.object({ value: z.array(z.unknown()) })]) }),
});

function readValue(value: unknown): unknown {
  const { data } = arrayShape.safeParse(value);
  if (!data) return valueShape.parse(value);
  return data.array.data === '' ? [] : data.array.data.value.map(readValue);
}

/** The rows that `changelog_since_serial` gives. */
export async function changelog(origin: string, since: number): Promise<Row[]> {
  const { value } = await call(origin, 'changelog_since_serial', [since]);
  return z.array(rowShape).parse(value);
}

export async function lastSerial(origin: string): Promise<number> {
  return z.number().parse((await call(origin, 'changelog_last_serial')).value);
}
