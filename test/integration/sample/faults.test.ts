import { request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createCdn } from '../../../sample/faults/cdn.ts';
import type { Answer } from '../../../sample/exchange.ts';
import { MODES } from '../../../sample/faults/rules.ts';
import { sampleProjects } from '../../../sample/projects/sample-projects.ts';
import { createStandIn } from '../../../sample/stand-in.ts';
import { ask } from './ask.ts';
import { lastSerial } from './xml-rpc.ts';

const standIn = createStandIn({ projects: sampleProjects });
beforeAll(() => standIn.listen());
afterEach(() => standIn.behave());
afterAll(() => standIn.close());

const PROJECT = '/pypi/requests/json';
const get = (path: string) => ask(standIn.url + path);

test.each([
  ['429', 429, 'Too Many Requests'],
  ['503', 503, 'Service Unavailable (503)'],
  ['html', 200, '<!DOCTYPE html>'],
  ['garbage', 200, '{"'],
  ['nulls', 200, '"version":null'],
  ['redirect-loop', 302, '302 Found'],
  ['redirect-away', 302, '302 Found'],
] as const)('%s is a whole answer, of its status', async (mode, status, part) => {
  standIn.misbehave({ mode });
  const reply = await get(PROJECT);
  expect(reply.status).toBe(status);
  expect(reply.text).toContain(part);
});

test('wrong-serial returns an older version with a lower serial', async () => {
  const honest = await get(PROJECT);
  standIn.misbehave({ mode: 'wrong-serial' });
  const older = await get(PROJECT);
  expect(Number(older.headers['x-pypi-last-serial'])).toBe(
    Number(honest.headers['x-pypi-last-serial']) - 1,
  );
  expect(JSON.parse(older.text)).toMatchObject({ info: { version: '2.31.0' } });
});

test('reset and truncated break the connection', async () => {
  standIn.misbehave({ mode: 'reset' });
  await expect(get(PROJECT)).rejects.toMatchObject({ code: 'ECONNRESET' });
  standIn.misbehave({ mode: 'truncated' });
  await expect(get(PROJECT)).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
});

test('hang accepts the request and never answers', async () => {
  standIn.misbehave({ mode: 'hang' });
  const stop = new AbortController();
  const seen = standIn.requests.length;
  const answer = request(standIn.url + PROJECT, { signal: stop.signal }).catch(() => 'given up');
  await vi.waitUntil(() => standIn.requests.length > seen, { timeout: 60_000 });
  expect(standIn.requests.at(-1)).toMatchObject({ path: PROJECT, status: undefined });
  stop.abort();
  expect(await answer).toBe('given up');
});

test.each([
  ['endless', undefined],
  ['huge', String(2 * 1024 ** 3)],
] as const)('%s is more than anyone wants', async (mode, announced) => {
  standIn.misbehave({ mode });
  const { headers, body } = await request(standIn.url + PROJECT);
  expect(headers['content-length']).toBe(announced);
  let bytes = 0;
  for await (const chunk of body) if ((bytes += Buffer.from(chunk).length) > 10_000_000) break;
  expect(bytes).toBeGreaterThan(10_000_000);
});

test('a rule for a project overrides one for an API, which overrides a general one', async () => {
  standIn.misbehave({ mode: '429' });
  standIn.misbehave({ mode: '503', api: 'pypi' });
  standIn.misbehave({ mode: 'nulls', project: 'FLASK' });
  expect(await get('/api/packages/requests/recent')).toMatchObject({ status: 429 });
  expect(await get(PROJECT)).toMatchObject({ status: 503 });
  expect(await get('/pypi/flask/json')).toMatchObject({ status: 200 });
});

describe('PyPI’s CDN serves', () => {
  const version = (etag: string): Answer => ({ status: 200, headers: { etag }, body: etag });
  const [ABSENT, ONE, TWO] = [
    { ...version('absent'), status: 404 },
    version('one'),
    version('two'),
  ];
  /** Time of a request, PyPI's version then, and the version that the CDN returns. */
  type Step = [atMs: number, current: Answer, given: Answer];

  test.each<[string, Step[]]>([
    ['a page that was never asked for at once', [[0, TWO, TWO]]],
    [
      'the old page for a while after the first request',
      [
        [0, ONE, ONE],
        [5000, TWO, ONE],
        [5099, TWO, ONE],
        [5100, TWO, TWO],
      ],
    ],
    [
      'a 404 again for its own time',
      [
        [0, ABSENT, ABSENT],
        [999, ONE, ABSENT],
        [1000, ONE, ONE],
      ],
    ],
  ])('%s', (_, steps) => {
    let nowMs = 0;
    const cdn = createCdn(() => nowMs);
    cdn.lag({ pageMs: 100, feedMs: 300, absentMs: 1000 });
    for (const [atMs, current, given] of steps) {
      nowMs = atMs;
      expect(cdn.pass('page', 'small', current).body).toBe(given.body);
    }
  });
});

describe('the control routes', () => {
  const turn = (path: string) => ask(standIn.url + path, {}, 'POST');

  test('set and clear each fault', async () => {
    for (const mode of MODES)
      expect(await turn(`/-/misbehave?mode=${mode}&project=nobody`)).toMatchObject({ status: 200 });
    await turn('/-/misbehave?api=pypi&mode=503&project=flask');
    expect(await get('/pypi/flask/json')).toMatchObject({ status: 503 });
    await turn('/-/behave');
    expect(await get('/pypi/flask/json')).toMatchObject({ status: 200 });
  });

  test('publish a release', async () => {
    expect(await turn('/-/publish?project=django&version=9.9')).toMatchObject({ status: 200 });
    const { text } = await get('/pypi/django/json');
    expect(JSON.parse(text)).toMatchObject({ info: { version: '9.9' } });
  });

  test.each([
    ['/-/misbehave?mode=sulk', 400],
    ['/-/misbehave?mode=slow&latency=100', 400],
    ['/-/publish?project=not-there', 404],
    ['/-/nothing', 404],
  ])('refuse %s with %i, and change nothing', async (path, status) => {
    const before = await lastSerial(standIn.url);
    expect(await turn(path)).toMatchObject({ status });
    expect(await lastSerial(standIn.url)).toBe(before);
  });
});
