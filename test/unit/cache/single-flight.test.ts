import { expect, test } from 'vitest';
import { createSingleFlight } from '../../../cache/single-flight.ts';

test('callers of one key share one flight, even with different work', async () => {
  const flights = createSingleFlight<string>();
  const { promise, resolve } = Promise.withResolvers<string>();
  const first = flights.run('a', () => promise);
  const second = flights.run('a', () => Promise.reject(new Error('never started')));
  expect(flights.has('a')).toBe(true);
  expect(flights.size).toBe(1);
  resolve('landed');
  expect(await Promise.all([first, second])).toEqual(['landed', 'landed']);
});

test('callers of two keys share nothing', async () => {
  const flights = createSingleFlight<string>();
  const a = flights.run('a', () => Promise.resolve('of a'));
  const b = flights.run('b', () => Promise.resolve('of b'));
  expect(await Promise.all([a, b])).toEqual(['of a', 'of b']);
});

test('two instances share nothing', async () => {
  const one = createSingleFlight<number>();
  const other = createSingleFlight<number>();
  const answers = [
    one.run('a', () => Promise.resolve(1)),
    other.run('a', () => Promise.resolve(2)),
  ];
  expect(await Promise.all(answers)).toEqual([1, 2]);
});

test.each([
  ['rejects', () => Promise.reject(new Error('failed'))],
  [
    'throws at once',
    (): Promise<string> => {
      throw new Error('failed');
    },
  ],
])('work that %s fails all who wait, and is forgotten', async (_, work) => {
  const flights = createSingleFlight<string>();
  const callers = [flights.run('a', work), flights.run('a', work)];
  for (const outcome of await Promise.allSettled(callers)) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'failed' } });
  }
  expect(flights.size).toBe(0);
  expect(await flights.run('a', () => Promise.resolve('again'))).toBe('again');
});

test('settled waits for the flights under way, and never rejects', async () => {
  const flights = createSingleFlight<string>();
  const { promise, reject } = Promise.withResolvers<string>();
  const flight = flights.run('a', () => promise).catch(() => 'failed');
  const first = await Promise.race([flights.settled(), Promise.resolve('still under way')]);
  expect(first).toBe('still under way');
  reject(new Error('failed'));
  await flights.settled();
  expect(flights.size).toBe(0);
  expect(await flight).toBe('failed');
});
