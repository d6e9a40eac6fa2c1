import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StandIn } from '../../../sample/stand-in.ts';
import {
  startService,
  startServiceForTest,
  startStandIn,
  type TestService,
} from '../../support/service/service.ts';

// One fault of each kind that the client distinguishes; `test/faults/upstreams.test.ts` has all, on the whole stack.
const FAULTS = ['hang', 'reset', '503', 'garbage'] as const;

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn();
});
afterAll(() => standIn.close());

async function ask(service: TestService, path: string) {
  const response = await service.get(path);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
  const { headers } = response;
  const [status, cache] = [headers.get('x-badge-status'), headers.get('cache-control')];
  return { status, cache, text: await response.text() };
}

describe('while PyPI fails with', () => {
  test.each(FAULTS)('%s, shows stale facts, and `unavailable` without any', async (mode) => {
    const service = await startServiceForTest({ FACTS_FRESH_SECONDS: '1' }, standIn);
    const known = await ask(service, '/version/requests/badge.svg');
    expect(known.status).toBe('ok');
    standIn.misbehave({ mode, api: 'pypi' });
    await expect
      .poll(() => ask(service, '/version/requests/badge.svg'))
      .toEqual({ status: 'stale', text: known.text, cache: 'public, max-age=60' });
    const unknown = await ask(service, '/version/flask/badge.svg');
    expect(unknown).toMatchObject({ status: 'unavailable', cache: 'public, max-age=30' });
    expect(unknown.text).toContain('pypi: unavailable');
    expect((await service.get('/version/flask/badge.json')).status).toBe(503);
    expect((await service.get('/version/flask/badge.svg?strict=1')).status).toBe(503);
    standIn.behave();
  });

  test('a lower serial, ignores its answer', async () => {
    const service = await startServiceForTest({ FACTS_FRESH_SECONDS: '1' }, standIn);
    const known = await ask(service, '/version/requests/badge.svg');
    standIn.misbehave({ mode: 'wrong-serial', api: 'pypi' });
    await expect
      .poll(() => ask(service, '/version/requests/badge.svg'))
      .toMatchObject({ status: 'stale', text: known.text });
    standIn.behave();
  });
});

test.each(['hang', '503'] as const)(
  'serves facts of PyPI while pypistats.org fails (%s)',
  async (mode) => {
    const service = await startServiceForTest({}, standIn);
    standIn.misbehave({ mode, api: 'pypistats' });
    expect(await ask(service, '/d/flask/badge.svg')).toMatchObject({ status: 'unavailable' });
    expect(await ask(service, '/version/flask/badge.svg')).toMatchObject({ status: 'ok' });
    standIn.behave();
  },
);

test('shows what it can when PyPI sends nulls in place of strings', async () => {
  const service = await startServiceForTest({}, standIn);
  expect(await service.twin('/version/sample-nulls/badge.json')).toMatchObject({ message: '1.0' });
  expect(await service.twin('/license/sample-nulls/badge.json')).toMatchObject({
    message: 'unknown',
  });
});

test('keeps facts over a restart while the upstream is down', async () => {
  const upstream = await startStandIn();
  const first = await startService({}, upstream);
  const known = await ask(first, '/version/requests/badge.svg');
  // Closed last, because closing removes the directory.
  const CACHE_DIR = first.cacheDirectory;
  const second = await startServiceForTest({ CACHE_DIR, FACTS_FRESH_SECONDS: '1' }, upstream);
  await upstream.close();
  expect((await ask(second, '/version/requests/badge.svg')).text).toBe(known.text);
  await first.close();
});
