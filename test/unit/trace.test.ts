import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inTrace, readTrace, traceHeaders } from '../../src/trace.ts';

const ID = '0af7651916cd43dd8448eb211c80319c';
const VALID = `00-${ID}-b7ad6b7169203331-01`;

test('a valid traceparent has an id', () => {
  expect(readTrace(VALID)).toEqual({ id: ID, traceparent: VALID });
});

test.each([
  ['none', undefined],
  ['two of them', [VALID, VALID]],
  ['two in one header', `${VALID}, ${VALID}`],
  ['an id of zeros', VALID.replace(ID, '0'.repeat(32))],
  ['a caller of zeros', VALID.replace('b7ad6b7169203331', '0'.repeat(16))],
  ['a version that is not known', VALID.replace(/^00/, '01')],
  ['capitals', VALID.toUpperCase()],
  ['more at the end', `${VALID}-more`],
  ['a line break', `${VALID}\n`],
  ['an address', 'me@example.org'],
])('not taken: %s', (_, header) => {
  expect(readTrace(header)).toBeUndefined();
});

test('whatever is sent, what is taken has 55 characters of an alphabet of 17', () => {
  const text = fc.oneof(
    fc.string(),
    fc.stringMatching(/^0[01f]-[0-9a-f]{31,33}-[0-9a-f]{16}-0[0-9a-g]{1,2}$/),
  );
  fc.assert(
    fc.property(text, (header) => {
      expect(readTrace(header)?.traceparent ?? VALID).toMatch(/^[0-9a-f-]{55}$/);
    }),
  );
});

describe('a task of a trace', () => {
  test('hands it on, and so does what it starts', async () => {
    const later = inTrace(readTrace(VALID), async () => {
      await Promise.resolve();
      return traceHeaders();
    });
    expect(traceHeaders()).toEqual({});
    expect(await later).toEqual({ traceparent: VALID });
    expect(inTrace(undefined, traceHeaders)).toEqual({});
  });

  test('leaves that to OpenTelemetry where it is loaded', () => {
    const symbol = Symbol.for('opentelemetry.js.api.1');
    Object.defineProperty(globalThis, symbol, { value: {}, configurable: true });
    expect(inTrace(readTrace(VALID), traceHeaders)).toEqual({});
    Reflect.deleteProperty(globalThis, symbol);
    expect(inTrace(readTrace(VALID), traceHeaders)).toEqual({ traceparent: VALID });
  });
});
