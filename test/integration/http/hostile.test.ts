import { connect } from 'node:net';
import { readdir } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  startService,
  startServiceForTest,
  type TestService,
} from '../../support/service/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

/** Sends a request line unchanged; a URL library would normalize it. */
function getRaw(target: string): Promise<{ status: number; head: string; body: string }> {
  const { hostname, port } = new URL(service.url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        Buffer.from(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, 'latin1'),
      );
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', ...body] = Buffer.concat(chunks).toString('latin1').split('\r\n\r\n');
      resolve({ status: Number(head.split(' ')[1]), head, body: body.join('\r\n\r\n') });
    });
  });
}

describe('names', () => {
  test.each([
    ['dots', '/version/../badge.svg', 'invalid'],
    ['escaped slashes', '/version/..%2f..%2fetc/badge.svg', 'invalid'],
    ['escaped dots', '/version/%2e%2e/badge.svg', 'invalid'],
    ['NUL', '/version/a%00b/badge.svg', 'invalid'],
    ['10 kB', `/version/${'a'.repeat(10_000)}/badge.svg`, 'invalid'],
    ['emoji', '/version/%F0%9F%90%8D/badge.svg', 'invalid'],
    ['malformed escapes', '/version/%zz%/badge.svg', 'invalid'],
    ['half an escape', '/version/%e0%a4%a/badge.svg', 'invalid'],
    ['invalid UTF-8', '/version/\xff\xfe/badge.svg', 'invalid'],
    ['a backslash', '/version/..\\..\\x/badge.svg', 'invalid'],
    ['markup', '/version/%3Cscript%3E/badge.svg', 'invalid'],
    ['a line break', '/version/a%0d%0aSet-Cookie:x/badge.svg', 'invalid'],
    ['nothing', '/version//badge.svg', 'not-found'],
    ['a release with dots', '/pypi/v/requests/..%2f..%2fx.svg', 'invalid'],
    ['an unknown kind', '/constructor/requests/badge.svg', 'not-found'],
    ['an unknown kind at shields', '/pypi/__proto__/requests.svg', 'not-found'],
    ['an unknown extension', '/version/requests/badge.exe', 'not-found'],
    ['an absolute URL', 'http://evil.example/version/requests/badge.svg', 'ok'],
    ['only slashes and a dot', '//////.', 'not-found'],
    ['a deep path', `/${'a/'.repeat(5_000)}`, 'not-found'],
    ['a URL beyond 10 kB', `/version/requests/badge.svg?label=${'a'.repeat(10_300)}`, 'invalid'],
  ])('%s', async (_, target, verdict) => {
    const { status, head, body } = await getRaw(target);
    expect(status).toBe(200);
    expect(head).toContain(`X-Badge-Status: ${verdict}`);
    expect(head).toContain('Content-Type: image/svg+xml');
    expect(head).toContain("Content-Security-Policy: default-src 'none'");
    expect(head).not.toContain('Set-Cookie');
    expect(body).toMatch(/^<svg .*<\/svg>$/s);
    expect(body).not.toContain('<script');
  });
});

describe('parameters', () => {
  test.each([
    ['twice', 'style=social&style=plastic&label=a&label=b'],
    ['empty', 'style=&label&color=&scale=&period=&strict='],
    ['huge', `label=${'x'.repeat(8_000)}&color=${'f'.repeat(2_000)}`],
    ['many', Array.from({ length: 1_400 }, (__, i) => `a${i}=1`).join('&')],
    ['malformed', '%=%&%zz=%zz&=&&&label=%'],
    ['nested', 'label[a]=1&label[]=2&__proto__[x]=1'],
    ['markup', 'label=%3C/title%3E%3Cscript%3Ealert(1)%3C/script%3E&color=%22%3E%3Cscript%3E'],
    ['control characters and overrides', 'label=%00%1b%E2%80%AE%EF%BF%BFx%ED%A0%80'],
    ['line breaks', 'label=a%0d%0aX-Evil:%201&color=a%0d%0ab'],
  ])('%s', async (_, query) => {
    const { status, head, body } = await getRaw(`/version/requests/badge.svg?${query}`);
    expect(status).toBe(200);
    expect(head).toContain('X-Badge-Status: ok');
    expect(head).not.toContain('X-Evil');
    expect(body).toMatch(/^<svg .*<\/svg>$/s);
    expect(body).not.toMatch(/<script|[\x00-\x08\x0b\x0c\x0e-\x1f]/);
    expect(body.length).toBeLessThan(8_000);
  });
});

test('answers `busy` in the requested format when the drawing queue is full', async () => {
  const small = await startServiceForTest({ DRAWING_CONCURRENCY: '1', DRAWING_QUEUE: '1' });
  const asked = Array.from({ length: 60 }, async (_, i) => {
    const response = await small.get(
      `/badge/many-${i}-blue.${['png', 'jpg', 'webp'][i % 3]}?scale=4`,
    );
    const picture = Buffer.from(await response.arrayBuffer());
    const { format } = await sharp(picture).metadata();
    expect(response.headers.get('content-type')).toBe(`image/${format}`);
    expect(response.status).toBe(200);
    const { 'x-badge-status': verdict, 'x-edge-ttl': edgeSeconds } = Object.fromEntries(
      response.headers,
    );
    return `${verdict}, for ${edgeSeconds} s`;
  });
  const verdicts = await Promise.all(asked);
  // Another client may have a better rank: `busy` is not for the edge.
  expect(new Set(verdicts)).toEqual(new Set(['ok, for 86400 s', 'busy, for 0 s']));
  expect((await small.get('/badge/later-ok-blue.png')).headers.get('x-badge-status')).toBe('ok');
});

test('limits costly requests with a picture, and never limits cache hits', async () => {
  const limits = { LIMIT_PER_SECOND: '1', LIMIT_BURST: '5', LIMIT_EXEMPT: 'none' };
  const strict = await startServiceForTest({ ...limits, TRUSTED_PROXIES: '127.0.0.1' });
  const ask = (path: string, address: string) =>
    strict.get(path, { headers: { 'x-forwarded-for': address } });
  expect((await ask('/version/requests/badge.svg', '9.9.9.9')).status).toBe(200);
  // Concurrently, because the bucket empties over time.
  const many = Array.from({ length: 40 }, (_, i) =>
    ask(`/version/nobody-${i}/badge.png`, '9.9.9.9'),
  );
  const limited = (await Promise.all(many)).find(({ status }) => status === 429);
  expect(Object.fromEntries(limited?.headers ?? [])).toMatchObject({
    'x-badge-status': 'limited',
    'x-edge-ttl': '0',
    'content-type': 'image/png',
  });
  expect(limited?.headers.get('retry-after')).toMatch(/^[1-9]/);
  const picture = Buffer.from((await limited?.arrayBuffer()) ?? new ArrayBuffer());
  expect((await sharp(picture).metadata()).format).toBe('png');
  for (let i = 0; i < 20; i += 1)
    expect((await ask('/wheel/requests/badge.svg', '9.9.9.9')).status).toBe(200);
  expect((await ask('/version/flask/badge.png', '8.8.8.8')).status).toBe(200);
});

test('sends error badges without the client’s label beyond the rate limit', async () => {
  const limits = { LIMIT_PER_SECOND: '1', LIMIT_BURST: '5', LIMIT_EXEMPT: 'none' };
  const strict = await startServiceForTest({ ...limits, TRUSTED_PROXIES: '127.0.0.1' });
  const wide = 'W'.repeat(120);
  const ask = async (label: string) => {
    const path = `/nothing/here.gif?label=${label}${wide}`;
    const response = await strict.get(path, { headers: { 'x-forwarded-for': '9.9.9.9' } });
    expect(response.headers.get('x-badge-status')).toBe('not-found');
    expect(response.headers.get('content-type')).toBe('image/gif');
    const { width } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
    // Without the label it is for this client only.
    expect(response.headers.get('x-edge-ttl')).toBe(width < 500 ? '0' : '60');
    return width;
  };
  const widths = [await ask('1'), await ask('2'), await ask('3')];
  expect(Math.min(...widths)).toBeLessThan(500);
  expect(widths.at(-1)).toBe(Math.min(...widths));
});

test('no request determines the name of a file', async () => {
  const names = await readdir(service.cacheDirectory, { recursive: true });
  const ours =
    /^(?:(?:facts|messages)\.sqlite(?:-wal|-shm)?|fonts(?:\/.*)?|pictures(?:\/v1(?:\/tmp|\/[0-9a-f]{2}(?:\/[0-9a-f]{62})?)?)?)$/;
  expect(names).toContain('facts.sqlite');
  expect(names.filter((name) => !ours.test(name) && !name.startsWith('pictures/v1/tmp/'))).toEqual(
    [],
  );
});
