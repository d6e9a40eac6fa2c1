import { expect, test } from 'vitest';
import { startServiceForTest } from '../../support/service/service.ts';

const traceparentOf = (number: number): string =>
  `00-${`${number}`.padStart(32, 'a')}-b7ad6b7169203331-01`;
const CALLERS = 30;

test('each request to an upstream has the trace of its own caller, when many wait for a connection', async () => {
  const service = await startServiceForTest({ PYPI_CONCURRENCY: '1' });
  const traceOf = (n: number): Record<string, string> =>
    n % 3 === 0 ? {} : { traceparent: traceparentOf(n) };
  const ask = (n: number) =>
    service.get(`/version/unknown-${n}/badge.svg`, { headers: traceOf(n) });
  await Promise.all(Array.from({ length: CALLERS }, (_, n) => ask(n)));
  const seen = service.standIn.requests.flatMap(({ path, headers }) => {
    const [, number] = /unknown-(\d+)\//.exec(path) ?? [];
    return number === undefined ? [] : [[Number(number), headers['traceparent']]];
  });
  const wanted = Array.from({ length: CALLERS }, (_, n) => [n, traceOf(n)['traceparent']]);
  expect(seen.toSorted(([a], [b]) => Number(a) - Number(b))).toEqual(wanted);
});
