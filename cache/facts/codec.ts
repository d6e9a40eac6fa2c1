import { hash } from 'node:crypto';
import { z } from 'zod';
import type { FactsRecord } from './record.ts';

const checkSchema = { c: z.number(), d: z.number(), n: z.number().int().nonnegative() };
const storedSchema = z.discriminatedUnion('k', [
  z.object({
    k: z.literal('known'),
    /** Shape of the value; missing in records of the first versions. */
    h: z.string().optional(),
    v: z.unknown(),
    e: z.string().optional(),
    s: z.number().optional(),
    f: z.number(),
    ...checkSchema,
  }),
  z.object({ k: z.enum(['absent', 'nothing']), ...checkSchema }),
]);
type Stored = z.infer<typeof storedSchema>;

/** Text format of records in the store: JSON with short keys, about a hundred bytes plus the value. */
export interface Codec<T> {
  readonly encode: (record: FactsRecord<T>) => string;
  /** Returns the record in a text from the store, or undefined if it is unreadable. */
  readonly decode: (text: string) => FactsRecord<T> | undefined;
  /** Whether a text from the store contains a value, even one that only another version of the code can read. */
  readonly holdsValue: (text: string) => boolean;
}

/**
 * Creates the codec of a schema. Each record names the shape of its value: a digest of the value's JSON Schema. A
 * record of another shape is read as far as the schema allows, without its validator: a 304 would confirm fields that
 * it lacks.
 */
export function createCodec<T>(schema: z.ZodType<T>): Codec<T> {
  const shape = hash('sha256', JSON.stringify(z.toJSONSchema(schema))).slice(0, 8);

  return {
    encode(record) {
      const { checkedAtMs: c, dueAtMs: d, failures: n } = record;
      if (record.state !== 'known')
        return JSON.stringify({ k: record.state, c, d, n } satisfies Stored);
      const { serial: s, fetchedAtMs: f } = record.known;
      const { value: v, validator: e, shape: h } = record.foreign ?? { ...record.known, shape };
      return JSON.stringify({ k: 'known', h, v, e, s, f, c, d, n } satisfies Stored);
    },
    decode(text) {
      const stored = parseStored(text);
      if (stored === undefined) return undefined;
      const check = { checkedAtMs: stored.c, dueAtMs: stored.d, failures: stored.n };
      if (stored.k !== 'known') return { state: stored.k, ...check };
      const { h, v, e: validator, s: serial, f: fetchedAtMs } = stored;
      const parsed = schema.safeParse(v);
      if (!parsed.success) return undefined;
      const known = { value: parsed.data, serial, fetchedAtMs };
      if (h === shape) return { state: 'known', known: { ...known, validator }, ...check };
      const foreign = { shape: h, value: v, validator, isComplete: contains(v, parsed.data) };
      return { state: 'known', known, foreign, ...check };
    },
    holdsValue: (text) => parseStored(text)?.k === 'known',
  };
}

function parseStored(text: string): Stored | undefined {
  try {
    return storedSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Whether every parsed field was given, so that none comes from a default. */
function contains(given: unknown, parsed: unknown): boolean {
  if (!isObject(parsed)) return given === parsed;
  return (
    isObject(given) && Object.entries(parsed).every(([key, value]) => contains(given[key], value))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
