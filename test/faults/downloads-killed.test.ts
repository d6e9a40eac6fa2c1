import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { ageInDays, dayOf } from '../../src/downloads/days.ts';
import {
  LAST,
  later,
  ROWS,
  settingsFor,
  startStandInForTest,
} from '../integration/downloads/scene.ts';
import { runCli, startCli } from '../support/service/cli.ts';

const NOW_ROWS = later(ROWS, ageInDays(LAST, Date.now()) - 1);
const YESTERDAY = dayOf(Date.now(), -1);

test('a load killed by SIGKILL continues with the next range', async () => {
  const standIn = await startStandInForTest(NOW_ROWS);
  const settings = await settingsFor(standIn.url);
  // The tenth query hangs.
  standIn.misbehave('hang', 9);
  const { child } = await startCli(['downloads', 'load'], settings);
  await vi.waitUntil(() => standIn.queries.length === 10, { timeout: 60_000 });
  child.kill('SIGKILL');
  await once(child, 'close');
  standIn.misbehave(undefined);
  // The killed process has the lease for up to 15 seconds more.
  await vi.waitUntil(
    async () => {
      const { code, out } = await runCli(['downloads', 'load'], settings);
      return code === 0 && out.toString() === `3 projects, up to ${YESTERDAY}\n`;
    },
    { timeout: 60_000 },
  );
  const ranges = standIn.queries.flatMap(({ a }) => a ?? []);
  // Only the range that was cut off was asked for twice.
  expect(ranges.length).toBe(25);
  expect(new Set(ranges).size).toBe(24);
});
