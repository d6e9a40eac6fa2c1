import { expect, onTestFinished, test, vi } from 'vitest';
import { watchOverload } from '../../../../src/http/limits/overload.ts';

test('reports overload while a timer is late, and recovers afterwards', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  let nowMs = 0;
  const { isLate, close } = watchOverload(() => nowMs);
  const pass = (ms: number): void => {
    nowMs += ms;
    vi.advanceTimersByTime(250);
  };
  pass(250);
  expect(isLate()).toBe(false);
  nowMs += 400;
  expect(isLate()).toBe(true);
  vi.advanceTimersByTime(250);
  expect(isLate()).toBe(true);
  pass(251);
  expect(isLate()).toBe(false);
  close();
});
