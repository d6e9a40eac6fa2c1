import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MODES, type Mode } from '../../../sample/faults/rules.ts';
import {
  startService,
  startServiceForTest,
  startStandIn,
  type TestService,
} from '../../support/service.ts';

/** An image proxy gives up at 4 s, and the promise is 2.5 s; the rest is for a busy machine. */
const PATIENCE_MS = 3_900;

/** Everything but what is honest, if late, or what only the other upstream does. */
const FAULTS = MODES.filter(
  (mode): mode is Exclude<Mode, 'slow' | 'limited' | 'nulls'> =>
    !['slow', 'limited', 'nulls'].includes(mode),
);

async function getInTime(
  service: TestService,
  path: string,
): Promise<{ status: string | null; text: string; cache: string | null }> {
  const response = await service.get(path, { signal: AbortSignal.timeout(PATIENCE_MS) });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
  const { headers } = response;
  return {
    status: headers.get('x-badge-status'),
    text: await response.text(),
    cache: headers.get('cache-control'),
  };
}

describe('nothing is known, and the upstream fails', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());

  test.each(FAULTS.filter((mode) => mode !== 'wrong-serial'))('PyPI: %s', async (mode) => {
    // Each mode has a project of its own: one failure must not speak for another.
    const project = `sample-status-${(FAULTS.indexOf(mode) % 7) + 1}`;
    const fresh = await startServiceForTest({}, service.standIn);
    service.standIn.misbehave({ mode, api: 'pypi', project, location: 'http://127.0.0.2:9' });
    const badge = await getInTime(fresh, `/version/${project}/badge.svg`);
    expect(badge).toMatchObject({ status: 'unavailable', cache: 'public, max-age=30' });
    expect(badge.text).toContain('pypi: unavailable');
    const twin = await fresh.get(`/version/${project}/badge.json`);
    expect(twin.status).toBe(503);
    expect((await fresh.get(`/version/${project}/badge.svg?strict=1`)).status).toBe(503);
  });

  test.each(['hang', '429', '503', 'reset', 'garbage'] as const)(
    'pypistats.org: %s',
    async (mode) => {
      const fresh = await startServiceForTest({}, service.standIn);
      service.standIn.misbehave({ mode, api: 'pypistats' });
      expect(await getInTime(fresh, '/d/flask/badge.svg')).toMatchObject({ status: 'unavailable' });
      expect(await getInTime(fresh, '/version/flask/badge.svg')).toMatchObject({ status: 'ok' });
      service.standIn.behave();
    },
  );
});

describe('a value is known, and the upstream fails', () => {
  test.each(FAULTS)('PyPI: %s', async (mode) => {
    const standIn = await startStandIn();
    const service = await startServiceForTest({ FACTS_FRESH_SECONDS: '1' }, standIn);
    const known = await getInTime(service, '/version/requests/badge.svg');
    expect(known.status).toBe('ok');
    standIn.misbehave({ mode, api: 'pypi', location: 'http://127.0.0.2:9' });
    await expect
      .poll(async () => (await getInTime(service, '/version/requests/badge.svg')).status, {
        timeout: 20_000,
      })
      .toBe('stale');
    const stale = await getInTime(service, '/version/requests/badge.svg');
    expect(stale).toMatchObject({ status: 'stale', text: known.text, cache: 'public, max-age=60' });
    await service.close();
    await standIn.close();
  });
});

test('nulls where strings belong: what can be said is said', async () => {
  const service = await startServiceForTest();
  expect(await service.twin('/version/sample-nulls/badge.json')).toMatchObject({ message: '1.0' });
  expect(await service.twin('/license/sample-nulls/badge.json')).toMatchObject({
    message: 'unknown',
  });
  expect(await service.twin('/py_versions/sample-nulls/badge.json')).toMatchObject({
    message: 'missing',
  });
});

test('an upstream that is slow, but answers within the patience', async () => {
  const standIn = await startStandIn();
  const service = await startServiceForTest({}, standIn);
  standIn.misbehave({ mode: 'slow', latencyMs: 700 });
  expect(await getInTime(service, '/version/requests/badge.svg')).toMatchObject({ status: 'ok' });
  await standIn.close();
});

test('what is known outlives a restart, and the upstream with it', async () => {
  const standIn = await startStandIn();
  const first = await startService({}, standIn);
  const { cacheDirectory } = first;
  const known = await getInTime(first, '/version/requests/badge.svg');
  // The first service's own directory goes with it, so the second gets a copy's path before that.
  const second = await startServiceForTest(
    { CACHE_DIR: cacheDirectory, FACTS_FRESH_SECONDS: '1' },
    standIn,
  );
  await standIn.close();
  expect((await getInTime(second, '/version/requests/badge.svg')).text).toBe(known.text);
  await first.close();
});
