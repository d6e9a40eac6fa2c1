import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createAccessLog } from '../../../src/http/access-log.ts';
import { BadgeError } from '../../../src/errors.ts';
import { createMetrics } from '../../../src/metrics.ts';
import type { Verdict } from '../../../src/errors.ts';
import { readTrace } from '../../../src/trace.ts';

/** Logs an answer with this verdict and error; returns the line. */
function logOnce(verdict: Verdict, error: unknown, traceparent?: string): string {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(line) });
  createAccessLog({ log, metrics: createMetrics('0') })({
    requestId: 'id-of-the-request',
    trace: readTrace(traceparent),
    startedAtMs: 0,
    method: 'GET',
    path: '/version/requests/badge.svg',
    status: 200,
    kindId: 'version',
    format: 'svg',
    verdict,
    tiers: 'upstream',
    error,
  });
  return lines.join('');
}

const failure = new BadgeError('unavailable', 'PyPI does not answer', {
  cause: new Error('connect ECONNREFUSED', { cause: new Error('x'.repeat(1_000)) }),
});

test.each(['unavailable', 'busy', 'limited'] as const)(
  'an outage has a sentence in each line, and no stack: %s',
  (verdict) => {
    const line = logOnce(verdict, failure);
    expect(line).toContain('"why":"PyPI does not answer: connect ECONNREFUSED: x');
    expect(line).not.toContain('stack');
    expect(line.length).toBeLessThan(600);
  },
);

test('a failure of our own has its stack', () => {
  expect(logOnce('error', failure)).toContain('"stack":"');
});

test('the line has the id of the trace, if the request has one', () => {
  const id = '0af7651916cd43dd8448eb211c80319c';
  const line = logOnce('ok', undefined, `00-${id}-b7ad6b7169203331-01`);
  expect(JSON.parse(line)).toMatchObject({ id: 'id-of-the-request', trace: id });
  expect(logOnce('ok', undefined)).not.toContain('trace');
});
