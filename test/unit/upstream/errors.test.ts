import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readRetryAfterMs, UpstreamError } from '../../../src/upstream/errors.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const inSeconds = (seconds: number): string => new Date(NOW_MS + seconds * 1000).toUTCString();

type Row = [headers: Readonly<Record<string, string>>, retryAfterMs: number | undefined];

describe('Retry-After', () => {
  test.each<Row>([
    [{ 'retry-after': '30' }, 30_000],
    [{ 'retry-after': ' 30 ' }, 30_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '601' }, 600_000],
    [{ 'retry-after': '9'.repeat(400) }, 600_000],
    [{ 'retry-after': inSeconds(30) }, 30_000],
    [{ 'retry-after': inSeconds(-30) }, 0],
    [{ 'retry-after': inSeconds(86_400) }, 600_000],
    [{ 'retry-after': '30', 'ratelimit-reset': '40' }, 30_000],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': 'soon GMT' }, undefined],
    [{ 'retry-after': '-30' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{}, undefined],
  ])('%o is %s ms', (headers, retryAfterMs) => {
    expect(readRetryAfterMs((name) => headers[name], NOW_MS)).toBe(retryAfterMs);
  });
});

describe('RateLimit', () => {
  test.each<Row>([
    [{ ratelimit: '"xmlrpc.client";r=0;t=42' }, 42_000],
    [{ ratelimit: '"xmlrpc.client";r=0;t=3599' }, 600_000],
    [{ ratelimit: 'limit=100, remaining=0, reset=50' }, 50_000],
    [{ 'ratelimit-limit': '100', 'ratelimit-remaining': '0', 'ratelimit-reset': '50' }, 50_000],
    [{ 'ratelimit-reset': '50' }, 50_000],
    [{ ratelimit: '"xmlrpc.client";r=7;t=42' }, undefined],
    [{ ratelimit: 'limit=100, remaining=1, reset=50' }, undefined],
    [{ 'ratelimit-remaining': '1', 'ratelimit-reset': '50' }, undefined],
    [{ 'ratelimit-reset': 'soon' }, undefined],
    [{ ratelimit: '"xmlrpc.client";r=0' }, undefined],
    [{ ratelimit: 'nonsense' }, undefined],
  ])('%o is %s ms', (headers, retryAfterMs) => {
    expect(readRetryAfterMs((name) => headers[name], NOW_MS)).toBe(retryAfterMs);
  });
});

test('the fault of an unexpected answer is one line', () => {
  const { error } = z
    .object({ a: z.object({ b: z.string() }), c: z.string() })
    .safeParse({ a: {} });
  const { cause } = new UpstreamError('unparsable', 'sent something else', error);
  expect(cause instanceof Error ? cause.message : '').toMatch(/^a\.b: Invalid input[^\n]*$/);
});
