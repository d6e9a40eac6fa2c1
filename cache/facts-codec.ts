import { z } from 'zod';
import type { FactsRecord } from './facts-record.ts';

const checkSchema = { c: z.number(), d: z.number(), n: z.number().int().nonnegative() };
const storedSchema = z.discriminatedUnion('k', [
  z.object({
    k: z.literal('known'),
    v: z.unknown(),
    e: z.string().optional(),
    s: z.number().optional(),
    f: z.number(),
    ...checkSchema,
  }),
  z.object({ k: z.enum(['absent', 'nothing']), ...checkSchema }),
]);
type Stored = z.infer<typeof storedSchema>;

/** The record as text for the store: JSON with short keys, about a hundred bytes and the value. */
export function encodeRecord<T>(record: FactsRecord<T>): string {
  const { checkedAtMs: c, dueAtMs: d, failures: n } = record;
  if (record.state !== 'known')
    return JSON.stringify({ k: record.state, c, d, n } satisfies Stored);
  const { value: v, validator: e, serial: s, fetchedAtMs: f } = record.known;
  return JSON.stringify({ k: 'known', v, e, s, f, c, d, n } satisfies Stored);
}

/** The record that a text from the store holds; undefined where it holds none. */
export function decodeRecord<T>(
  text: string,
  parseValue: (value: unknown) => T | undefined,
): FactsRecord<T> | undefined {
  try {
    const stored = storedSchema.parse(JSON.parse(text));
    const check = { checkedAtMs: stored.c, dueAtMs: stored.d, failures: stored.n };
    if (stored.k !== 'known') return { state: stored.k, ...check };
    const value = parseValue(stored.v);
    if (value === undefined) return undefined;
    const known = { value, validator: stored.e, serial: stored.s, fetchedAtMs: stored.f };
    return { state: 'known', known, ...check };
  } catch {
    return undefined;
  }
}
