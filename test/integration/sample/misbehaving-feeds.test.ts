import { setTimeout as delay } from 'node:timers/promises';
import { XMLValidator } from 'fast-xml-parser';
import { request } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { projectsNamed } from '../../../sample/projects/many-projects.ts';
import { MODES } from '../../../sample/faults/rules.ts';
import { createStandIn } from '../../../sample/stand-in.ts';
import { ask, type Reply } from './ask.ts';
import { call, callRaw, changelog, itemsOf, lastSerial, titles } from './feeds.ts';

const standIn = createStandIn({ projects: projectsNamed(5) });
beforeAll(() => standIn.listen());
beforeEach(() => standIn.behave());
afterAll(() => standIn.close());

const RSS = '/rss/updates.xml';
const FEEDS = {
  rss: () => ask(standIn.url + RSS),
  xmlrpc: () => callRaw(standIn.url, 'changelog_since_serial', [0]),
};
const APIS = ['rss', 'xmlrpc'] as const;
/** Modes that end in a whole answer. */
const WHOLE = MODES.filter(
  (mode) => !['hang', 'reset', 'truncated', 'endless', 'huge'].includes(mode),
);

describe.each(APIS)('%s', (api) => {
  const get = FEEDS[api];

  test.each(WHOLE)('%s is answered', async (mode) => {
    standIn.misbehave({ mode, api, latencyMs: 1 });
    expect([200, 302, 429, 503]).toContain((await get()).status);
    expect(await ask(`${standIn.url}/pypi/followed-0001/json`)).toMatchObject({ status: 200 });
  });

  test.each([
    ['429', 429, 'text/html; charset=utf-8', 'Too Many Requests'],
    ['503', 503, 'text/html; charset=utf-8', 'Service Unavailable (503)'],
    ['html', 200, 'text/html; charset=utf-8', '<!DOCTYPE html>'],
    ['garbage', 200, 'text/xml; charset=UTF-8', '<?'],
    ['redirect-loop', 302, 'text/html; charset=utf-8', '302 Found'],
    ['redirect-away', 302, 'text/html; charset=utf-8', '302 Found'],
  ] as const)('%s', async (mode, status, type, part) => {
    standIn.misbehave({ mode, api });
    const { headers, text, ...reply } = await get();
    expect({ ...reply, type: headers['content-type'] }).toEqual({ status, type });
    expect(text).toContain(part);
    expect(text).not.toMatch(/<rss|<methodResponse/);
  });

  test('garbage is no XML', async () => {
    standIn.misbehave({ mode: 'garbage', api });
    expect(XMLValidator.validate((await get()).text)).not.toBe(true);
  });

  test('reset breaks the connection', async () => {
    standIn.misbehave({ mode: 'reset', api });
    await expect(get()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('truncated breaks off in the middle', async () => {
    standIn.misbehave({ mode: 'truncated', api });
    await expect(get()).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
  });

  test('hang gives no answer', async () => {
    standIn.misbehave({ mode: 'hang', api });
    const method = api === 'rss' ? 'GET' : 'POST';
    const path = api === 'rss' ? RSS : '/pypi';
    const [controller, seen] = [new AbortController(), standIn.requests.length];
    const answer = request(standIn.url + path, { method, signal: controller.signal });
    answer.catch(() => undefined);
    await vi.waitFor(() => expect(standIn.requests.length).toBeGreaterThan(seen), 20_000);
    await expect(Promise.race([answer, delay(300, 'silence')])).resolves.toBe('silence');
    expect(standIn.requests.at(-1)).toMatchObject({ method, path, status: undefined });
    controller.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('a rule for a project is none for it', async () => {
    standIn.misbehave({ mode: '503', project: 'followed-0001' });
    expect(await get()).toMatchObject({ status: 200 });
  });

  test('a rule for all is one for it', async () => {
    standIn.misbehave({ mode: '503' });
    expect(await get()).toMatchObject({ status: 503 });
  });
});

test.each([
  ['endless', 'rss', undefined, '<?xml version="1.0" encoding="UTF-8"?>\n<rss'],
  ['huge', 'rss', String(2 * 1024 ** 3), '<?xml version="1.0" encoding="UTF-8"?>\n<rss'],
  ['endless', 'xmlrpc', undefined, "<?xml version='1.0'?>\n<methodResponse>"],
  ['huge', 'xmlrpc', String(2 * 1024 ** 3), "<?xml version='1.0'?>\n<methodResponse>"],
] as const)('%s: %s begins well, and goes on', async (mode, api, length, beginning) => {
  standIn.misbehave({ mode, api });
  const { statusCode, headers, body } = await (api === 'rss'
    ? request(standIn.url + RSS)
    : request(`${standIn.url}/pypi`, {
        method: 'POST',
        headers: { 'content-type': 'text/xml' },
        body: '<methodCall><methodName>changelog_last_serial</methodName></methodCall>',
      }));
  expect(statusCode).toBe(200);
  expect(headers).toMatchObject({ 'content-type': 'text/xml; charset=UTF-8' });
  expect(headers['content-length']).toBe(length);
  let text = '';
  for await (const chunk of body) {
    text += String(chunk);
    if (text.length > 20_000_000) break;
  }
  expect(text.slice(0, beginning.length)).toBe(beginning);
  expect(text.length).toBeGreaterThan(20_000_000);
});

describe('wrong-serial', () => {
  test('is the feed without what is newest, with an ETag of its own', async () => {
    const honest = await ask(standIn.url + RSS);
    standIn.misbehave({ mode: 'wrong-serial', api: 'rss' });
    const older = await ask(standIn.url + RSS);
    expect(itemsOf(older.text)).toEqual(itemsOf(honest.text).slice(1));
    expect(older.headers['etag']).not.toBe(honest.headers['etag']);
  });

  test('is the changelog before its last row', async () => {
    const [serial, rows] = [await lastSerial(standIn.url), await changelog(standIn.url, 0)];
    standIn.misbehave({ mode: 'wrong-serial', api: 'xmlrpc' });
    expect(await lastSerial(standIn.url)).toBe(serial - 1);
    expect(await changelog(standIn.url, 0)).toEqual(rows.slice(0, -1));
  });
});

describe('nulls', () => {
  test('of the feed are items without texts', async () => {
    standIn.misbehave({ mode: 'nulls', api: 'rss' });
    const { text } = await ask(standIn.url + RSS);
    const nothing = { title: '', link: '', description: '', author: '', pubDate: '' };
    expect(itemsOf(text)).toEqual(Array.from({ length: 5 }, () => nothing));
  });

  test('of the changelog are nil', async () => {
    standIn.misbehave({ mode: 'nulls', api: 'xmlrpc' });
    expect((await call(standIn.url, 'changelog_last_serial')).value).toBeNull();
    const { value } = await call(standIn.url, 'changelog_since_serial', [30_000_051]);
    expect(value).toEqual([[null, null, null, null, null]]);
  });
});

describe('limited', () => {
  test.each([
    [undefined, 1800],
    [7, 7],
  ])('with resetSeconds %s is XML-RPC’s fault', async (resetSeconds, told) => {
    standIn.misbehave({ mode: 'limited', api: 'xmlrpc', resetSeconds });
    const { status, headers, fault } = await call(standIn.url, 'changelog_last_serial');
    expect({ status, code: fault?.code }).toEqual({ status: 200, code: -32_500 });
    expect(fault?.message).toMatch(/^HTTPTooManyRequests: The action could not be performed /);
    expect(fault?.message).toContain(`Limit may reset in ${told} seconds.`);
    expect(headers).toMatchObject({
      'ratelimit-policy': '"xmlrpc.client";q=3600;w=3600;pk=:ip:',
      ratelimit: `"xmlrpc.client";r=0;t=${told}`,
    });
    standIn.behave();
    expect(await lastSerial(standIn.url)).toBe(30_000_068);
  });

  test('does nothing to the feed', async () => {
    standIn.misbehave({ mode: 'limited', api: 'rss' });
    const replies: Reply[] = [];
    for (let count = 0; count < 40; count += 1) replies.push(await ask(standIn.url + RSS));
    expect(replies.every(({ status }) => status === 200)).toBe(true);
    expect(await titles(standIn.url)).toHaveLength(5);
  });
});
