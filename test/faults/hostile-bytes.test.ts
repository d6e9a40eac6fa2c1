import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startService, type TestService } from '../support/service/service.ts';
import { faultsOfAnswer, type HostileAnswer } from './support/hostile/answers.ts';
import { readAnswers, sendRaw } from './support/hostile/client.ts';

const BYTE_RUNS = 150;
/** For those that wait for more: the others are answered, and cut off, within milliseconds. */
const IDLE_MS = 3_000;

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

const send = async (text: string): Promise<HostileAnswer[]> =>
  readAnswers(await sendRaw(service.url, Buffer.from(text, 'latin1'), IDLE_MS));

/** A request that nobody can read is refused without a word, and any other is answered as the contract says. */
async function faultsOfAll(answers: readonly HostileAnswer[]): Promise<string[]> {
  const faults = answers.map(async (answer) => {
    const { status, headers, body } = answer;
    // The one that says what may be asked instead.
    if (status === 405) return headers['allow'] === 'GET, HEAD' ? [] : ['405 for no reason'];
    if ((status === 400 || status === 417) && headers['x-badge-status'] === undefined)
      return body.length === 0 ? [] : [`${status} with ${body.length} bytes`];
    // A page, whose path is `/`.
    if (String(headers['content-type']).startsWith('text/html'))
      return body.toString().startsWith('<!doctype html>') ? [] : [`${status} no page`];
    const name = /filename="(.*)"$/.exec(String(headers['content-disposition']))?.[1];
    if (name === undefined) return [`${status} ${body.toString('latin1')}`];
    return await faultsOfAnswer({ target: `/${name}` }, answer);
  });
  return (await Promise.all(faults)).flat();
}

const anyBytes = fc.oneof(
  fc
    .array(
      fc.oneof(
        fc.constantFrom(0, 9, 10, 13, 32, 35, 37, 47, 58, 64, 91, 92, 255),
        fc.integer({ min: 0, max: 255 }),
      ),
      { maxLength: 20 },
    )
    .map((codes) => String.fromCharCode(...codes)),
  fc.constantFrom(
    '\r\nX-Evil: 1',
    '\nX-Evil: 1',
    '\rX-Evil: 1',
    '\r\n\r\nHTTP/1.1 200 OK\r\nX-Evil: 1\r\n\r\n<html>',
    ' HTTP/1.1\r\nX-Evil: 1',
  ),
);

test('any bytes in the URL: a picture or a refusal, and no header of theirs', async () => {
  await fc.assert(
    fc.asyncProperty(anyBytes, anyBytes, async (path, label) => {
      const answers = await send(
        `GET /badge/${path}-red.png?label=${label} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      expect(answers.length).toBeGreaterThan(0);
      expect(await faultsOfAll(answers)).toEqual([]);
    }),
    { numRuns: BYTE_RUNS },
  );
});

const names = ['Host', 'X-Request-Id', 'X-Forwarded-For', 'If-None-Match', 'Cookie', 'X'];

test('any bytes in a header: a picture or a refusal, and no header of theirs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), anyBytes, async (name, value) => {
      const answers = await send(
        `GET /version/requests/badge.svg HTTP/1.1\r\nConnection: close\r\n${name}: ${value}\r\nHost: x\r\n\r\n`,
      );
      expect(answers.length).toBeGreaterThan(0);
      expect(await faultsOfAll(answers.filter(({ status }) => status !== 304))).toEqual([]);
    }),
    { numRuns: BYTE_RUNS },
  );
});

const TWIN = '/version/requests/badge.json';
const FIRST = `GET ${TWIN} HTTP/1.1\r\nHost: x\r\n`;
const POST = `POST ${TWIN} HTTP/1.1\r\nHost: x\r\n`;
const LAST = 'Connection: close\r\n\r\n';
const EVIL = `GET /evil HTTP/1.1\r\nHost: evil.example\r\n${LAST}`;
const REFUSED = ['400 undefined'];

test.each<[what: string, bytes: string, answers: string[]]>([
  [
    'a URL without an end',
    `GET /${'a'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n${LAST}`,
    ['200 invalid'],
  ],
  ['a header without an end', `${FIRST}X: ${'a'.repeat(40_000)}\r\n${LAST}`, ['200 invalid']],
  ['500 headers', `${FIRST}${'X: 1\r\n'.repeat(500)}${LAST}`, ['200 invalid']],
  [
    'the URL of another host',
    `GET http://a:b@evil:99999${TWIN} HTTP/1.1\r\nHost: x\r\n${LAST}`,
    ['200 ok'],
  ],
  ['the URL of no host', `GET http://[::1 HTTP/1.1\r\nHost: x\r\n${LAST}`, ['200 ok']],
  [
    'a host that cannot be, behind slashes',
    `GET //a@b[# HTTP/1.1\r\nHost: x\r\n${LAST}`,
    ['200 not-found'],
  ],
  [
    'credentials that cannot be, behind slashes',
    `GET //%@b# HTTP/1.1\r\nHost: x\r\n${LAST}`,
    ['200 not-found'],
  ],
  ['a fragment', `GET ${TWIN}#.png HTTP/1.1\r\nHost: x\r\n${LAST}`, ['200 ok']],
  ['no URL but a star', `GET * HTTP/1.1\r\nHost: x\r\n${LAST}`, ['200 not-found']],
  ['a forged host', `GET ${TWIN} HTTP/1.1\r\nHost: a/../b@c\r\nHost: d\r\n${LAST}`, ['200 ok']],
  ['two lengths', `${POST}Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345${EVIL}`, REFUSED],
  [
    'a length and chunks',
    `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${EVIL}`,
    REFUSED,
  ],
  ['chunks that are none', `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${EVIL}`, REFUSED],
  [
    'a space before the colon',
    `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${EVIL}`,
    REFUSED,
  ],
  [
    'a chunk without an end',
    `${POST}Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(20)}\r\n`,
    REFUSED,
  ],
  ['a length below nothing', `${POST}Content-Length: -1\r\n\r\n${EVIL}`, REFUSED],
  ['a request in a body', `${FIRST}Content-Length: ${EVIL.length}\r\n${LAST}${EVIL}`, ['200 ok']],
  ['lines that end in half', `GET ${TWIN} HTTP/1.1\n${LAST}`, REFUSED],
  ['a header that goes on in the next line', `${FIRST}X: a\r\n X-Evil: 1\r\n${LAST}`, REFUSED],
  ['NUL in a header', `${FIRST}X-Request-Id: abcdefgh\0\r\n${LAST}`, REFUSED],
  ['HTTP/9.9', `GET ${TWIN} HTTP/9.9\r\n${LAST}`, REFUSED],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', REFUSED],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', REFUSED],
  ['a tunnel', `CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n${LAST}`, []],
  ['TRACE', `TRACE ${TWIN} HTTP/1.1\r\nHost: x\r\nX-Evil: 1\r\n${LAST}`, ['405 invalid']],
  [
    'another protocol',
    `${FIRST}Upgrade: websocket\r\nConnection: upgrade, close\r\n\r\n`,
    ['200 ok'],
  ],
  ['a wish that nobody grants', `${FIRST}Expect: evil\r\n${LAST}`, ['417 undefined']],
  ['many at once', `${FIRST}\r\n`.repeat(20) + FIRST + LAST, Array<string>(21).fill('200 ok')],
])('%s', async (_, bytes, expected) => {
  const answers = await send(bytes);
  const seen = answers.map(
    ({ status, headers }) => `${status} ${String(headers['x-badge-status'])}`,
  );
  expect(seen).toEqual(expected);
  expect(await faultsOfAll(answers)).toEqual([]);
});
