import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { sampleProjects } from '../../../sample/projects/sample-projects.ts';
import { createStandIn } from '../../../sample/stand-in.ts';
import { ask } from './ask.ts';

const standIn = createStandIn({ projects: sampleProjects });
beforeAll(() => standIn.listen());
afterEach(() => standIn.behave());
afterAll(() => standIn.close());

const PROJECT = '/pypi/requests/json';
const RECENT = '/api/packages/requests/recent';
const get = (path: string, headers?: Record<string, string>) => ask(standIn.url + path, headers);
const isJson = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Asks, and comes back when the stand-in has seen the request. */
async function askAndWait() {
  const controller = new AbortController();
  const seen = standIn.requests.length;
  const answer = request(standIn.url + PROJECT, { signal: controller.signal });
  answer.catch(() => undefined);
  await vi.waitFor(() => expect(standIn.requests.length).toBeGreaterThan(seen), 20_000);
  return { answer, leave: () => controller.abort() };
}

describe('whole answers', () => {
  test.each([
    ['429', PROJECT, 429, 'text/html; charset=utf-8', 'Too Many Requests'],
    ['429', RECENT, 429, 'text/html; charset=utf-8', '429 RATE LIMIT EXCEEDED'],
    ['503', PROJECT, 503, 'text/html; charset=utf-8', 'Service Unavailable (503)'],
    ['503', RECENT, 503, 'text/html; charset=utf-8', '503 TEMPORARILY DISABLED'],
    ['html', PROJECT, 200, 'text/html; charset=utf-8', '<!DOCTYPE html>'],
    ['html', RECENT, 200, 'text/html; charset=utf-8', '<!DOCTYPE html>'],
    ['garbage', PROJECT, 200, 'application/json', '{"'],
    ['garbage', RECENT, 200, 'application/json', '{"'],
  ] as const)('%s of %s', async (mode, path, status, type, part) => {
    standIn.misbehave({ mode });
    const { headers, text, ...reply } = await get(path);
    expect({ ...reply, type: headers['content-type'] }).toEqual({ status, type });
    expect(text).toContain(part);
    expect(isJson(text)).toBe(false);
  });
});

test('slow: the honest answer, late', async () => {
  const honest = await get(PROJECT);
  standIn.misbehave({ mode: 'slow', latencyMs: 400 });
  const startedAtMs = performance.now();
  expect((await get(PROJECT)).text).toBe(honest.text);
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(390);
});

test('hang: no answer, and none in the log', async () => {
  standIn.misbehave({ mode: 'hang' });
  const { leave, answer } = await askAndWait();
  await expect(Promise.race([answer, delay(300, 'silence')])).resolves.toBe('silence');
  expect(standIn.requests.at(-1)).toMatchObject({ path: PROJECT, status: undefined });
  leave();
  await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
});

test('reset: the connection breaks before the answer', async () => {
  standIn.misbehave({ mode: 'reset' });
  await expect(get(PROJECT)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(standIn.requests.at(-1)).toMatchObject({ path: PROJECT, status: undefined });
});

test.each([PROJECT, RECENT])('truncated: %s breaks off in the middle', async (path) => {
  const honest = await get(path);
  standIn.misbehave({ mode: 'truncated' });
  const { statusCode, headers, body } = await request(standIn.url + path);
  expect(statusCode).toBe(200);
  expect(headers['content-length']).toBe(honest.headers['content-length']);
  await expect(body.text()).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
});

test.each([
  ['endless', undefined],
  ['huge', String(2 * 1024 ** 3)],
] as const)('%s: more than anyone wants', async (mode, announced) => {
  standIn.misbehave({ mode });
  const { statusCode, headers, body } = await request(standIn.url + PROJECT);
  expect({ statusCode, length: headers['content-length'] }).toEqual({
    statusCode: 200,
    length: announced,
  });
  let bytes = 0;
  for await (const chunk of body) {
    bytes += Buffer.from(chunk).length;
    if (bytes > 20_000_000) break;
  }
  expect(bytes).toBeGreaterThan(20_000_000);
  expect(await get('/nowhere')).toMatchObject({ status: 404 });
});

test('endless: HEAD ends all the same', async () => {
  standIn.misbehave({ mode: 'endless' });
  expect(await ask(standIn.url + PROJECT, {}, 'HEAD')).toMatchObject({ status: 200, text: '' });
});

test('wrong-serial: an older version under a lower serial, and never a 304', async () => {
  const honest = await get(PROJECT);
  standIn.misbehave({ mode: 'wrong-serial' });
  const etag = String(honest.headers['etag']);
  const outdated = await get(PROJECT, { 'if-none-match': etag });
  const serial = Number(honest.headers['x-pypi-last-serial']) - 1;
  expect(outdated.status).toBe(200);
  expect(outdated.headers['x-pypi-last-serial']).toBe(String(serial));
  expect(outdated.headers['etag']).not.toBe(etag);
  expect(JSON.parse(outdated.text)).toMatchObject({
    info: { name: 'requests', version: '2.31.0' },
    last_serial: serial,
  });
});

test.each([
  [PROJECT, { info: { version: null, classifiers: null }, urls: null, last_serial: null }],
  [RECENT, { data: { last_day: null, last_week: null, last_month: null }, package: null }],
])('nulls: %s', async (path, nulls) => {
  standIn.misbehave({ mode: 'nulls' });
  const { status, text } = await get(path);
  expect(status).toBe(200);
  expect(JSON.parse(text)).toMatchObject(nulls);
});

test('redirect-loop: always to itself', async () => {
  standIn.misbehave({ mode: 'redirect-loop' });
  expect(await get(`${PROJECT}?x=1`)).toMatchObject({
    status: 302,
    headers: { location: `${PROJECT}?x=1` },
  });
});

test.each([
  [undefined, 'http://elsewhere.invalid'],
  ['http://127.0.0.1:1', 'http://127.0.0.1:1'],
])('redirect-away: to %s', async (location, origin) => {
  standIn.misbehave({ mode: 'redirect-away', location });
  expect(await get(PROJECT)).toMatchObject({
    status: 302,
    headers: { location: origin + PROJECT },
  });
});

test.each(['wrong-serial', 'nulls', 'truncated', 'slow'] as const)(
  '%s: a project that is not there is still not there',
  async (mode) => {
    standIn.misbehave({ mode, latencyMs: 1 });
    const { statusCode } = await request(`${standIn.url}/pypi/not-there/json`);
    expect(statusCode).toBe(404);
  },
);

describe('rules', () => {
  test('hold for their API and their project, in any spelling', async () => {
    standIn.misbehave({ mode: '503', api: 'pypi', project: 'FLASK' });
    expect(await get('/pypi/flask/json')).toMatchObject({ status: 503 });
    expect(await get('/pypi/flask/3.1.2/json')).toMatchObject({ status: 503 });
    expect(await get('/api/packages/flask/recent')).toMatchObject({ status: 200 });
    expect(await get(PROJECT)).toMatchObject({ status: 200 });
  });

  test('for a project come before those for an API, and these before those for all', async () => {
    standIn.misbehave({ mode: '429' });
    standIn.misbehave({ mode: '503', api: 'pypi' });
    standIn.misbehave({ mode: 'nulls', project: 'flask' });
    expect(await get(RECENT)).toMatchObject({ status: 429 });
    expect(await get(PROJECT)).toMatchObject({ status: 503 });
    expect(await get('/pypi/flask/json')).toMatchObject({ status: 200 });
  });

  test('give way to a later one for the same, and end with behave', async () => {
    standIn.misbehave({ mode: '503', api: 'pypi' });
    standIn.misbehave({ mode: '429', api: 'pypi' });
    expect(await get(PROJECT)).toMatchObject({ status: 429 });
    standIn.behave();
    expect(await get(PROJECT)).toMatchObject({ status: 200 });
  });

  test('beyond a hundred push out the oldest', async () => {
    for (let count = 0; count <= 100; count += 1) {
      standIn.misbehave({ mode: '503', project: `sample-${count}` });
    }
    expect(await get('/pypi/sample-0/json')).toMatchObject({ status: 404 });
    expect(await get('/pypi/sample-1/json')).toMatchObject({ status: 503 });
  });
});

test('a client that leaves while the answer is late is no trouble', async () => {
  standIn.misbehave({ mode: 'slow', latencyMs: 60_000 });
  const { leave, answer } = await askAndWait();
  leave();
  await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  standIn.behave();
  expect(await get(PROJECT)).toMatchObject({ status: 200 });
});
