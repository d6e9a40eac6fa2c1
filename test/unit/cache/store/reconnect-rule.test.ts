import { expect, test } from 'vitest';
import { createReconnectRule } from '../../../../cache/store/redis/connection.ts';
import { createClock } from '../../follow/harness.ts';

test.each([
  ['LOADING Redis is loading the dataset in memory', true],
  ["READONLY You can't write against a read only replica.", true],
  ["OOM command not allowed when used memory > 'maxmemory'.", false],
  ['WRONGTYPE Operation against a key', false],
])('after %s another connection is needed: %s', (message, isNeeded) => {
  expect(createReconnectRule(createClock().read)(new Error(message))).toBe(isNeeded);
});

test('a replica that is all there is gets one connection a second', () => {
  const clock = createClock();
  const needsAnother = createReconnectRule(clock.read);
  const ask = (): boolean => needsAnother(new Error('READONLY'));
  expect([ask(), ask()]).toEqual([true, false]);
  clock.nowMs += 999;
  expect(ask()).toBe(false);
  clock.nowMs += 1;
  expect([ask(), ask()]).toEqual([true, false]);
});
