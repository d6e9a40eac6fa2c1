import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { startStandIn } from '../../support/service/service.ts';
import { runCli, startCli } from '../../support/service/cli.ts';
import { ageInDays } from '../../../src/downloads/days.ts';
import { LAST, later, ROWS, settingsFor, startStandInForTest } from './scene.ts';

const NOW_ROWS = later(ROWS, ageInDays(LAST, Date.now()) - 1);

test('says what has failed, and exits with 1', async () => {
  const standIn = await startStandInForTest(NOW_ROWS);
  standIn.misbehave('password');
  const { code, err } = await runCli(['downloads', 'load'], await settingsFor(standIn.url));
  expect(code).toBe(1);
  expect(err).toContain('Authentication failed');
});

test.each([
  [['downloads', 'load', '--date', '2026-02-30'], '--date'],
  [['downloads', 'load', '--date', '2999-01-01'], '--date'],
  [['downloads', 'compare', '--projects', 'x'], '--projects'],
])('%s is a mistake of usage', async (words, name) => {
  const { code, err } = await runCli(words, { DOWNLOADS_SOURCE: 'clickhouse' });
  expect(code).toBe(2);
  expect(err).toContain(name);
});

test('without DOWNLOADS_SOURCE, there is nothing to load', async () => {
  const { code, err } = await runCli(['downloads', 'load']);
  expect(code).toBe(2);
  expect(err).toContain('DOWNLOADS_SOURCE=clickhouse');
});

test('the follower loads, doctor reports the load, and compare asks pypistats.org', async () => {
  const standIn = await startStandInForTest(NOW_ROWS);
  const pypi = await startStandIn();
  const settings = {
    ...(await settingsFor(standIn.url)),
    PYPI_URL: pypi.url,
    PYPISTATS_URL: pypi.url,
    FOLLOW_ADMIN_PORT: '0',
  };
  const { child } = await startCli(['follow'], settings);
  await vi.waitUntil(() => standIn.queries.length === 25, { timeout: 60_000 });
  const doctor = async () => (await runCli(['doctor'], settings)).out.toString();
  await vi.waitUntil(async () => (await doctor()).includes('ok    downloads: 3 projects'), {
    timeout: 60_000,
  });
  child.kill('SIGTERM');
  await once(child, 'close');
  const { out } = await runCli(['downloads', 'compare', '--projects', '2'], settings);
  expect(out.toString()).toMatch(/^project +load +pypistats.org +ratio\nrequests +3000 +\d+ /);
  await pypi.close();
});
