import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createCodec } from '../../../../cache/facts/codec.ts';
import type { FactsRecord } from '../../../../cache/facts/record.ts';

const NOW = Date.UTC(2026, 10, 1);
const CHECK = { checkedAtMs: NOW, dueAtMs: NOW + 600_000, failures: 0 };

function known<T>(value: T, more: { validator?: string; serial?: number } = {}): FactsRecord<T> {
  return { state: 'known', known: { value, fetchedAtMs: NOW, ...more }, ...CHECK };
}

describe('one version of the code', () => {
  const codec = createCodec(z.string());

  test.each<[string, FactsRecord<string>]>([
    ['a value', known('a', { validator: '"v"', serial: 3 })],
    ['a value without validator and serial', known('a')],
    ['a value after a failure', { ...known('a'), failures: 1 }],
    ['an absence', { state: 'absent', ...CHECK }],
    ['a failure', { state: 'nothing', ...CHECK, failures: 1 }],
  ])('reads %s as it was written', (_, record) => {
    expect(codec.decode(codec.encode(record))).toEqual(record);
  });

  test('encodes a value of 1 kB in less than 1.3 kB', () => {
    const record = known('x'.repeat(1024), { validator: '"v"', serial: 30_000_000 });
    expect(Buffer.byteLength(codec.encode(record))).toBeLessThan(1_300);
  });

  test.each([
    ['nothing', ''],
    ['no JSON', 'PNG'],
    ['half a record', codec.encode(known('a')).slice(0, -5)],
    ['another format', '{"version":"1.0","fetchedAt":1}'],
    ['null', 'null'],
    ['a negative number of failures', '{"k":"nothing","c":0,"d":0,"n":-1}'],
    ['no times', '{"k":"known","v":"a"}'],
    ['a value that is none of the source', '{"k":"known","v":7,"f":0,"c":0,"d":0,"n":0}'],
  ])('does not read %s', (_, garbage) => {
    expect(codec.decode(garbage)).toBeUndefined();
  });

  test('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string(), (garbage) => void codec.decode(garbage)));
  });
});

describe('two versions of the code', () => {
  const older = createCodec(z.object({ name: z.string() }));
  const newer = createCodec(
    z.object({ name: z.string(), size: z.number().nullable().default(null) }),
  );
  const text = older.encode(known({ name: 'a' }, { validator: '"v"', serial: 3 }));
  const fuller = newer.encode(known({ name: 'a', size: 7 }, { validator: '"v"', serial: 3 }));

  test('the newer one fills in missing fields and drops the validator', () => {
    const read = newer.decode(text);
    const value = { name: 'a', size: null };
    expect(read).toMatchObject({ known: { value, serial: 3 }, foreign: { isComplete: false } });
    expect(read).not.toHaveProperty('known.validator');
  });

  test('the older one reads the fields it knows and drops the validator', () => {
    const read = older.decode(fuller);
    expect(read).toMatchObject({ known: { value: { name: 'a' } }, foreign: { isComplete: true } });
    expect(read).not.toHaveProperty('known.validator');
  });

  test('a record that the older one writes back keeps the fields of the newer one', () => {
    const putOff = { ...(older.decode(fuller) ?? known({ name: '' })), failures: 1 };
    const expected = newer.decode(fuller);
    expect(newer.decode(older.encode(putOff))).toEqual({ ...expected, failures: 1 });
  });

  test('a record without a shape, as the first versions wrote it, counts as one of other code', () => {
    const first = '{"k":"known","v":{"name":"a"},"e":"\\"v\\"","s":3,"f":1,"c":1,"d":2,"n":0}';
    const expected = { value: { name: 'a' }, serial: 3, fetchedAtMs: 1 };
    expect(older.decode(first)).toMatchObject({ known: expected, foreign: { isComplete: true } });
  });

  test('a value that only the other one can read is recognized as a value', () => {
    const other = createCodec(z.object({ title: z.string() }));
    expect(other.decode(text)).toBeUndefined();
    expect(other.holdsValue(text)).toBe(true);
    expect(other.holdsValue('{"k":"nothing","c":0,"d":0,"n":1}')).toBe(false);
  });

  test('detects missing fields in nested objects and lists', () => {
    const file = z.object({ type: z.string() });
    const before = createCodec(z.object({ files: z.array(file) }));
    const hash = z.string().default('');
    const after = createCodec(z.object({ files: z.array(file.extend({ hash })) }));
    const read = after.decode(before.encode(known({ files: [{ type: 'sdist' }] })));
    expect(read).toMatchObject({ foreign: { isComplete: false } });
    const empty = after.decode(before.encode(known({ files: [] })));
    expect(empty).toMatchObject({ foreign: { isComplete: true } });
  });
});
