import { get } from 'node:http';
import { connect } from 'node:net';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startService, type TestService } from '../../support/service/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

/** A path, whose bytes are sent as Latin-1, and what the badge shows. */
type Row = [path: string, label: string, message: string, color: string];

/** Sends a path unchanged; `fetch` would normalize it. */
function ask(path: string): Promise<{ status: string; type: string; body: Buffer }> {
  const { hostname, port } = new URL(service.url);
  return new Promise((resolve, reject) => {
    get({ hostname, port, path, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({
          status: `${response.statusCode} ${String(response.headers['x-badge-status'])}`,
          type: response.headers['content-type'] ?? '',
          body: Buffer.concat(chunks),
        });
      });
    }).on('error', reject);
  });
}

async function twinOf(path: string): Promise<unknown> {
  return JSON.parse((await ask(path)).body.toString());
}

/** A text as a path has it in raw UTF-8 bytes. */
const raw = (text: string) => Buffer.from(text).toString('latin1');

// prettier-ignore
describe.each<[grammar: string, rows: Row[]]>([
  ['slashes', [
    ['/pypi/v/flask.json/',                         'pypi', 'v3.1.2', 'blue'],
    ['//pypi//v///flask.json',                      'pypi', 'v3.1.2', 'blue'],
    ['/version//flask/badge.json//',                'pypi', '3.1.2', 'brightgreen'],
    ['/py/flask.json/',                             'pypi package', '3.1.2', 'brightgreen'],
    ['/badge/see-https://x.org-blue.json',          'see', 'https://x.org', 'blue'],
    ['//badge//see-https://x.org-blue.json/',       'see', 'https://x.org', 'blue'],
  ]],
  ['pypip.in', [
    ['/v/flask.json',                               'pypi', '3.1.2', 'brightgreen'],
    ['/v/sample.dotted.name.json',                  'pypi', '3.1', 'brightgreen'],
    ['/v/.json',                                    'pypi', 'invalid name', 'red'],
    ['/nobody/flask.json',                          '404', 'badge not found', 'red'],
  ]],
  ['shields.io', [
    ['/badge/all%20one%20color-red.json',           '', 'all one color', 'red'],
    ['/badge/label-message-rgb(123,123,123).json',  'label', 'message', '#7b7b7b'],
    ['/badge/label-message-notacolor.json',         'label', 'message', 'brightgreen'],
    ['/badge/best--license-Apache--2.0-blue.json',  'best-license', 'Apache-2.0', 'blue'],
    ['/badge/label-message-blue.json?color=123',    'label', 'message', '#123'],
    ['/badge/label-message-blue.json?colorB=yellow', 'label', 'message', 'yellow'],
    ['/badge/label-message-blue.json?color=',       'label', 'message', 'blue'],
    ['/badge/label-message-blue.json?color=nobody', 'label', 'message', 'blue'],
    ['/badge/label--blue.json',                     'label', ' ', 'blue'],
    ['/badge/Python-3.6+-blue.json',                'Python', '3.6+', 'blue'],
    ['/badge/os-linux%2Fmac-blue.json',             'os', 'linux/mac', 'blue'],
    ['/badge/os-linux/mac-blue.json',               'os', 'linux/mac', 'blue'],
    ['/badge/a-b/c/d/e-nobody.json',                'a', 'b/c/d/e', 'brightgreen'],
    ['/:license-mit-blue.json',                     'license', 'mit', 'blue'],
    ['/:see-https://x.org-nobody.json',             'see', 'https://x.org', 'brightgreen'],
    ['/:just_a_message-red.json/',                  '', 'just a message', 'red'],
    ['/static/v1.json?label=python&message=3.6%20%7C%203.7&color=blue', 'python', '3.6 | 3.7', 'blue'],
    ['/static/v1.json?message=a_b--c',              'static', 'a_b--c', 'lightgrey'],
    ['/static/v1.json?message=a&label=',            '', 'a', 'lightgrey'],
    ['/static/v1.json?message=a&color=nobody',      'static', 'a', 'lightgrey'],
  ]],
  ['escapes', [
    ['/badge/test%20coverage-100%-green.json',      'test coverage', '100%', 'green'],
    ['/badge/100%beta-%zz-green.json',              '100%beta', '%zz', 'green'],
    [`/badge/${raw('ünï')}-${raw('🐍')}-green.json`, 'ünï', '🐍', 'green'],
    [`/badge/a-b-green.json?label=${raw('é')}%`,    'é%', 'b', 'green'],
    ['/badge/%E4%BD%A0-%FF-green.json',             '你', '%FF', 'green'],
    ['/%70ypi/v/fl%61sk%2Ejson',                    'pypi', 'v3.1.2', 'blue'],
  ]],
  ['badgen.net', [
    ['/badge/Swift/4.2/orange.json',                'Swift', '4.2', '#F73'],
    ['/badge/chat/on%20matrix/green.json',          'chat', 'on matrix', '#3C1'],
    ['/badge/os-linux/mac-nobody.json',             'os-linux', 'mac-nobody', '#08C'],
    ['/badge/a%2Fb/c%2Fd.json/',                    'a/b', 'c/d', '#08C'],
    ['/static/license/MIT/brightgreen.json',        'license', 'MIT', 'brightgreen'],
    ['/static/os-linux/mac-blue.json',              'os-linux', 'mac-blue', '#08C'],
    ['/static/v1/x.json',                           'v1', 'x', '#08C'],
    ['/badge/become/a%20patron/F96854.json',        'become', 'a patron', '#f96854'],
    ['/static/python/3.11,3.12.json?list=1',        'python', '3.11 | 3.12', '#08C'],
    ['/static/python/3.11,3.12.json?list',          'python', '3.11 | 3.12', '#08C'],
    ['/static/python/3.11,3.12.json?list=%26',      'python', '3.11 & 3.12', '#08C'],
    ['/static/python/3.11,3.12.json',               'python', '3.11,3.12', '#08C'],
    ['/static/a/b.json?label=c&color=green',        'c', 'b', '#3c1'],
    ['/static/a/b/red.json?label=&color=nobody',    '', 'b', '#E43'],
  ]],
  ['badge.fury.io', [
    ['/py/flask@2x.json',                           'pypi package', '3.1.2', 'brightgreen'],
    ['/py/flask@0x.json',                           'pypi package', 'invalid name', 'red'],
    ['/py/flask@5x.json',                           'pypi package', 'invalid name', 'red'],
    ['/py/flask@2X.json',                           'pypi package', 'invalid name', 'red'],
    ['/py/fl@2xask.json',                           'pypi package', 'invalid name', 'red'],
    ['/py/@2x.json',                                'pypi package', 'invalid name', 'red'],
    ['/version/flask@2x/badge.json',                'pypi', 'invalid name', 'red'],
  ]],
  ['what is no badge', [
    ['/badge/dynamic/json.json?url=https://x.org',  '404', 'badge not found', 'red'],
    ['/badge/dynamic/a/b-blue.json',                '404', 'badge not found', 'red'],
    ['/badge/endpoint.json?url=https://x.org',      '404', 'badge not found', 'red'],
    ['/endpoint.json?url=https://x.org',            '404', 'badge not found', 'red'],
    ['/static/a.json',                              '404', 'badge not found', 'red'],
    ['/static/a/b/c/d.json',                        '404', 'badge not found', 'red'],
    ['/badge/a/b/c/d.json',                         '404', 'badge not found', 'red'],
    ['/badge/a.json',                               '404', 'badge not found', 'red'],
    ['/:a.json',                                    '404', 'badge not found', 'red'],
    ['/static/v1.json?label=python&color=blue',     'python', 'invalid query parameter: message', 'red'],
    ['/static/v1.json?message=',                    'static', 'invalid query parameter: message', 'red'],
  ]],
])('%s', (_, rows) => {
  test.each(rows)('%s shows %s, %s in %s', async (path, label, message, color) => {
    expect(await twinOf(path)).toMatchObject({ label, message, color });
  });
});

test.each([
  ['/py/flask@2x.png', 2],
  ['/py/flask@4x.png', 4],
  ['/py/flask@1x.png', 1],
  ['/py/flask@2x.png?scale=3', 3],
  ['/py/flask@2x.png?scale=1', 1],
  ['/py/flask@2x.png?scale=9', 2],
])('%s is drawn at scale %d', async (path, scale) => {
  const { type, body } = await ask(path);
  expect(type).toBe('image/png');
  expect((await sharp(body).metadata()).height).toBe(20 * scale);
});

test('a request with raw bytes in its URL has one response, and keeps its headers', async () => {
  const { hostname, port } = new URL(service.url);
  const etag = (await service.get('/badge/ü-b-green.svg')).headers.get('etag');
  const request = `GET /badge/ü-b-green.svg HTTP/1.1\r\nHost: x\r\nIf-None-Match: ${etag}\r\n\r\n`;
  const received = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(request.repeat(2)));
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('end', () => {
      socket.end();
      resolve(text);
    });
    socket.on('error', reject);
  });
  expect(received.match(/^HTTP\/1.1 /gm)).toHaveLength(1);
  expect(received).toMatch(/^HTTP\/1.1 304 /);
});

test.each([
  ['/badge/a/b/green', '200 ok'],
  ['/:a-b-red', '200 ok'],
  ['/static/v1?message=a', '200 ok'],
  ['/static/v1?label=a', '200 invalid'],
  ['/static/v1.svg?label=a&strict=1', '400 invalid'],
  ['/badge/dynamic/json', '200 not-found'],
  ['/version/flask', '200 not-found'],
  ['/pepy/dt/flask', '200 not-found'],
])('%s without an extension is an SVG, %s', async (path, status) => {
  const answer = await ask(path);
  expect(answer).toMatchObject({ status, type: 'image/svg+xml; charset=utf-8' });
  expect(answer.body.toString()).toMatch(/^<svg /);
});
