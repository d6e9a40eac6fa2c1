import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { createUpstreamClient, type UpstreamClientOptions } from '../../../src/upstream/client.ts';
import { listenForTest } from '../../support/listen.ts';

const MAX_BYTES = 100_000;

function startClient(url: string, options: Partial<UpstreamClientOptions> = {}) {
  const client = createUpstreamClient({
    url,
    userAgent: 'pypins/test (x@example.org)',
    concurrency: 2,
    maxBytes: MAX_BYTES,
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

test('sends its name, accepts JSON, and revalidates', async () => {
  const url = await listenForTest((request, response) => {
    expect(request.headers['user-agent']).toBe('pypins/test (x@example.org)');
    expect(request.headers.accept).toBe('application/json');
    if (request.headers['if-none-match'] === '"known"') response.writeHead(304).end();
    else response.writeHead(200, { etag: '"known"', 'x-pypi-last-serial': '7' }).end('{}');
  });
  const client = startClient(url);
  const answer = await client.get({ path: '/pypi/x/json' });
  expect(answer).toMatchObject({ status: 200, body: '{}', etag: '"known"' });
  expect(answer.status === 200 && answer.header('x-pypi-last-serial')).toBe('7');
  expect(await client.get({ path: '/pypi/x/json', etag: '"known"' })).toEqual({ status: 304 });
});

test('posts a body and accepts a given type, also after a redirect', async () => {
  const url = await listenForTest((request, response) => {
    const { method, headers } = request;
    request.setEncoding('utf8').on('data', (body: string) => {
      if (request.url === '/') response.writeHead(308, { location: '/there' }).end();
      else response.end([method, headers.accept, headers['content-type'], body].join(' '));
    });
  });
  const post = { contentType: 'text/xml', body: '<a>é</a>' };
  const answer = await startClient(url).get({ path: '/', accept: 'text/html', post });
  expect(answer).toMatchObject({ body: 'POST text/html text/xml <a>é</a>' });
});

test('reports Retry-After of a refusal', async () => {
  const headers = { 'retry-after': '31' };
  const url = await listenForTest((_, response) => response.writeHead(429, headers).end());
  await expect(startClient(url).get({ path: '/' })).rejects.toMatchObject({
    failure: 'status',
    retryAfterMs: 31_000,
  });
});

test('unpacks gzip', async () => {
  const url = await listenForTest((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}'));
  });
  expect(await startClient(url).get({ path: '/' })).toMatchObject({ body: '{"a":1}' });
});

test('follows three redirects within the host', async () => {
  const url = await listenForTest((request, response) => {
    const hop = Number(request.url?.slice(1));
    if (hop === 3) response.end('there');
    else response.writeHead(301, { location: hop === 0 ? `${url}/1` : `/${hop + 1}` }).end();
  });
  expect(await startClient(url).get({ path: '/0' })).toMatchObject({ body: 'there' });
});

test.each<[string, string, RequestListener]>([
  [
    'a fourth redirect',
    'redirect',
    (_, response) => response.writeHead(302, { location: '/again' }).end(),
  ],
  [
    'another host',
    'redirect',
    (_, response) => response.writeHead(302, { location: 'http://127.0.0.2:9/' }).end(),
  ],
  [
    'another port of the host',
    'redirect',
    (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
  ],
  [
    'a redirect to nowhere',
    'redirect',
    (_, response) => response.writeHead(302, { location: 'http://[' }).end(),
  ],
  ['429', 'status', (_, response) => response.writeHead(429).end('slow down')],
  ['503', 'status', (_, response) => response.writeHead(503).end('<html>')],
  ['204', 'status', (_, response) => response.writeHead(204).end()],
  ['a reset', 'network', (request) => request.socket.resetAndDestroy()],
  [
    'half a body',
    'network',
    (_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half');
      setTimeout(() => response.destroy(), 20);
    },
  ],
  [
    'broken gzip',
    'network',
    (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip'),
  ],
  [
    'an encoding that was not requested',
    'unparsable',
    (_, response) => response.writeHead(200, { 'content-encoding': 'br' }).end('x'),
  ],
  [
    'an endless body',
    'too-large',
    (_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'.repeat(10_000)), 1);
      response.on('close', () => clearInterval(timer));
    },
  ],
  [
    'JSON that nests without end',
    'unparsable',
    (_, response) => response.end('['.repeat(MAX_BYTES)),
  ],
  [
    'gzip that unpacks to too much',
    'too-large',
    (_, response) => {
      response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(gzipSync('x'.repeat(MAX_BYTES + 1)));
    },
  ],
])('%s is a failure: %s', async (_, failure, handle) => {
  const client = startClient(await listenForTest(handle));
  await expect(client.get({ path: '/0' })).rejects.toMatchObject({
    name: 'UpstreamError',
    failure,
  });
});

test('gives up on an upstream that hangs, and when the caller cancels', async () => {
  const url = await listenForTest((_, response) => void response.writeHead(200).write('{'));
  await expect(startClient(url).get({ path: '/' })).rejects.toMatchObject({ failure: 'timeout' });
  const signal = AbortSignal.timeout(50);
  await expect(startClient(url).get({ path: '/', signal })).rejects.toMatchObject({
    failure: 'cancelled',
  });
});

test('limits concurrent requests', async () => {
  let running = 0;
  let most = 0;
  const url = await listenForTest((_, response) => {
    running += 1;
    most = Math.max(most, running);
    setTimeout(() => {
      running -= 1;
      response.end('{}');
    }, 10);
  });
  const client = startClient(url);
  await Promise.all(Array.from({ length: 20 }, () => client.get({ path: '/' })));
  expect(most).toBe(2);
});

test('sends no requests after five failures in a row', async () => {
  let asked = 0;
  const states: boolean[] = [];
  const url = await listenForTest((_, response) => {
    asked += 1;
    response.writeHead(500).end();
  });
  const client = startClient(url, { onBreaker: (open) => states.push(open) });
  for (let i = 0; i < 5; i += 1)
    await expect(client.get({ path: '/' })).rejects.toMatchObject({ failure: 'status' });
  await expect(client.get({ path: '/' })).rejects.toMatchObject({ failure: 'breaker-open' });
  expect(asked).toBe(5);
  expect(states).toEqual([true]);
});
